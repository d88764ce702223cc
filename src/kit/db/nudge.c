/* Nudges: what is the same for both engines. The ear is a thread that waits for the engine to hear
 * something, and that asks once a second for what was missed. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/clock.h"
#include "base/id.h"
#include "kit/db/engine.h"

struct ear {
	struct db *db;
	void (*fn)(void *arg, const char *text);
	void *arg;
	pthread_t thread;
	int stop_fd;
};

static bool is_valid(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return len > 0 && len <= NUDGE_MAX;
}

void nudge_compose(const char *text, char *token, char *line)
{
	id_random_text(token);
	snprintf(line, NUDGE_LINE, "%s %s", token, text);
}

bool nudge_parse(const char *line, size_t len, struct heard *ret)
{
	const char *text = line + NUDGE_TOKEN + 1;

	if (len <= NUDGE_TOKEN + 1 || line[NUDGE_TOKEN] != ' ' ||
		!is_valid(text, len - NUDGE_TOKEN - 1) || !is_valid(line, NUDGE_TOKEN))
		return false;
	snprintf(ret->token, sizeof(ret->token), "%.*s", NUDGE_TOKEN, line);
	snprintf(ret->text, sizeof(ret->text), "%.*s", (int)(len - NUDGE_TOKEN - 1), text);
	return true;
}

bool db_nudge(struct db *db, const char *text, int wait_ms)
{
	return is_valid(text, strlen(text)) && db->engine->nudge(db, text, wait_ms);
}

static bool stopped(const struct ear *e)
{
	eventfd_t count;

	return eventfd_read(e->stop_fd, &count) == 0;
}

static void *listen_on(void *arg)
{
	struct ear *e = arg;
	int64_t next = clock_steady();

	while (!stopped(e)) {
		int64_t left = next - clock_steady();
		struct heard heard = {0};

		if (left <= 0) {
			e->fn(e->arg, "");
			next = clock_steady() + SECOND;
		} else if (e->db->engine->ear_hear(e->db, e->stop_fd, clock_wait(left), &heard)) {
			e->fn(e->arg, heard.text);
			if (*heard.token)
				e->db->engine->ear_answer(e->db, &heard);
		}
	}
	return NULL;
}

int db_on_nudge(struct db *db, void (*fn)(void *arg, const char *text), void *arg, struct err *err)
{
	struct ear *e = calloc(1, sizeof(*e));
	int rc;

	assert(!db->ear);
	if (!e)
		return err_set(err, ERR_MEMORY, "there is not enough memory to listen for nudges");
	*e = (struct ear){
		.db = db, .fn = fn, .arg = arg, .stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
	rc = e->stop_fd < 0 ? err_set(err, ERR_IO, "no descriptor is left to listen for nudges")
			    : db->engine->ear_open(db, err);
	if (rc == 0 && pthread_create(&e->thread, NULL, listen_on, e) != 0) {
		rc = err_set(err, ERR_BUSY,
			"the thread that listens cannot be started: too many threads");
		db->engine->ear_close(db);
	}
	if (rc < 0) {
		auto_close(&e->stop_fd);
		free(e);
		return rc;
	}
	db->ear = e;
	return 0;
}

void ear_stop(struct db *db)
{
	struct ear *e = db->ear;

	if (!e)
		return;
	eventfd_write(e->stop_fd, 1);
	pthread_join(e->thread, NULL);
	db->engine->ear_close(db);
	close(e->stop_fd);
	free(e);
	db->ear = NULL;
}
