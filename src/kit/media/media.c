/* media_make: what can be refused without looking inside is; then the picture goes to a process of
 * its own, and its answer through the parser.
 *
 * A process serves one picture and is killed: whatever a hostile picture makes of it, it meets no
 * other picture, neither an earlier one to tell of nor a later one to change. It costs 25 ms. */
#include "kit/media/media.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "kit/media/child_process.h"
#include "kit/media/reply.h"
#include "kit/media/worker.h"

struct task {
	const void *bytes;
	size_t len;
	enum media_use use;
	enum media_form form;
};

static int check(struct ctx *cx, struct task *task)
{
	if (task->len == 0)
		return ctx_fail(cx, ERR_INVALID, "The file is empty.");
	if (task->len > MEDIA_FILE_MAX)
		return ctx_fail(cx, ERR_TOO_LARGE,
			"The picture has more than %zu MB: make it smaller.", MEDIA_FILE_MAX / MIB);
	task->form = picture_sniff(task->bytes, task->len);
	if (task->form == MEDIA_UNKNOWN)
		return ctx_fail(cx, ERR_UNSUPPORTED,
			"The file is no JPEG, PNG, WebP or GIF picture: send one of these.");
	return 0;
}

static int send_job(struct child *child, const struct task *task)
{
	unsigned char head[WIRE_HEAD + WIRE_JOB_LEN];
	int rc;

	wire_put(head, WIRE_JOB);
	wire_put(head + 4, WIRE_JOB_LEN);
	wire_put(head + 8, task->use);
	wire_put(head + 12, task->form);
	wire_put(head + 16, (uint32_t)task->len);
	rc = child_send(child, head, sizeof head);
	return rc < 0 ? rc : child_send(child, task->bytes, task->len);
}

/* The process is gone, or has taken too long: either way the picture did it. */
static int lost(struct ctx *cx, struct child *child, int rc, int limit_ms)
{
	child_end(child);
	if (rc == ERR_TIMEOUT || (WIFSIGNALED(child->status) && WTERMSIG(child->status) == SIGXCPU))
		return ctx_fail(cx, ERR_TIMEOUT,
			"The picture took more than %d s to read: make it smaller.",
			limit_ms < 1000 ? 1 : limit_ms / 1000);
	return ctx_fail(cx, ERR_INVALID,
		"The picture could not be read: it is broken, or made to do harm.");
}

static int converse(struct ctx *cx, struct child *child, const struct task *task, int limit_ms,
	struct reply *reply)
{
	unsigned char piece[64 * KIB];
	int rc;

	child_limit(child, limit_ms);
	rc = send_job(child, task);
	if (rc < 0)
		return lost(cx, child, rc, limit_ms);
	do {
		ssize_t n = child_receive(child, piece, sizeof piece);

		if (n < 0)
			return lost(cx, child, (int)n, limit_ms);
		rc = reply_take(reply, piece, (size_t)n, &cx->err);
	} while (rc == 0);
	return rc < 0 ? rc : 0;
}

static int make(struct ctx *cx, const struct media_worker *w, const struct task *task,
	struct media_result *ret)
{
	struct child child;
	struct reply reply;
	int rc;

	child_init(&child);
	rc = child_start(&child, w->program, w->fault, w->start_ms, &cx->err);
	if (rc < 0)
		return rc;
	reply_init(&reply, task->use, task->form);
	rc = converse(cx, &child, task, w->limit_ms, &reply);
	child_end(&child);
	if (rc < 0)
		reply_done(&reply);
	else
		*ret = reply.result;
	return rc;
}

int media_make(struct ctx *cx, struct media_worker *w, const void *bytes, size_t len,
	enum media_use use, struct media_result *ret)
{
	struct task task = {.bytes = bytes, .len = len, .use = use};
	int rc = check(cx, &task);

	if (rc == 0)
		rc = worker_enter(w, &cx->err);
	if (rc < 0)
		return rc;
	rc = make(cx, w, &task, ret);
	worker_leave(w);
	return rc;
}
