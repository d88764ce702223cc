/* The one picture from the socket, which is descriptor 0. The parent is trusted: what breaks the
 * form is a fault of ours and ends the process. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kit/media/child/child.h"

static int read_all(void *p, size_t len)
{
	while (len > 0) {
		ssize_t n = read(0, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		p = (char *)p + n;
		len -= (size_t)n;
	}
	return 0;
}

static int write_all(const void *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(0, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p = (const char *)p + n;
		len -= (size_t)n;
	}
	return 0;
}

static int write_frame(enum wire_kind kind, const uint32_t *numbers, int count)
{
	unsigned char frame[WIRE_HEAD + WIRE_LEN_MAX];

	wire_put(frame, kind);
	wire_put(frame + 4, (uint32_t)count * 4);
	for (int i = 0; i < count; i++)
		wire_put(frame + WIRE_HEAD + i * 4, numbers[i]);
	return write_all(frame, WIRE_HEAD + (size_t)count * 4);
}

static int write_picture(const struct made *m)
{
	unsigned char frame[WIRE_HEAD + WIRE_PICTURE_LEN];

	wire_put(frame, WIRE_PICTURE);
	wire_put(frame + 4, WIRE_PICTURE_LEN);
	wire_put(frame + 8, m->width);
	wire_put(frame + 12, m->height);
	memcpy(frame + 16, m->blurhash, MEDIA_BLURHASH_LEN);
	return write_all(frame, sizeof frame);
}

static int write_made(const struct made *m)
{
	const int files = m->plan.count + 1;

	if (write_picture(m) < 0)
		return -1;
	for (int i = 0; i < files; i++) {
		const bool last = i == files - 1;
		const struct plan_size *s = &m->plan.sizes[last ? i - 1 : i];
		const uint32_t head[] = {last ? MEDIA_JPEG : MEDIA_WEBP, s->width, s->height,
			(uint32_t)m->files[i].len};

		if (write_frame(WIRE_FILE, head, LENGTH(head)) < 0 ||
			write_all(m->files[i].bytes, m->files[i].len) < 0)
			return -1;
	}
	return write_frame(WIRE_DONE, NULL, 0);
}

static int work(const unsigned char *bytes, const unsigned char *job)
{
	struct made made;
	int reason = picture_make(bytes, wire_get(job + 8), (enum media_form)wire_get(job + 4),
		(enum media_use)wire_get(job), &made);
	uint32_t number = (uint32_t)reason;
	int rc;

	if (reason)
		return write_frame(WIRE_REFUSED, &number, 1);
	rc = write_made(&made);
	made_done(&made);
	return rc;
}

int serve(const char *fault)
{
	const uint32_t version = WIRE_VERSION;
	unsigned char head[WIRE_HEAD + WIRE_JOB_LEN];
	AUTO(auto_free) unsigned char *bytes = NULL;
	const unsigned char *job = head + WIRE_HEAD;
	uint32_t len;

	if (write_frame(WIRE_HELLO, &version, 1) < 0 || read_all(head, sizeof head) < 0)
		return 1;
	len = wire_get(job + 8);
	if (wire_get(head) != WIRE_JOB || wire_get(head + 4) != WIRE_JOB_LEN || len == 0 ||
		len > MEDIA_FILE_MAX)
		return 1;
	bytes = malloc(len);
	if (!bytes || read_all(bytes, len) < 0)
		return 1;
#ifdef CHORSU_TESTING
	if (fault)
		fault_commit(fault);
#else
	(void)fault;
#endif
	return work(bytes, job) < 0;
}
