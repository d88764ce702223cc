/* Pictures, as long as what they belong to stands. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/id.h"
#include "base/str.h"
#include "core/media.h"
#include "feature/site/pages.h"

/* Whoever has it asks again after a day: a withdrawn statement's pictures must not stay for ever.
 */
#define MEDIA_CACHE "public, max-age=86400"

/* "ID-WIDTH.webp" or ".jpg"; the type, NULL for any other name. */
static const char *parse_name(const char *name, int64_t *ret_id)
{
	char id[24];
	size_t len = strspn(name, "0123456789"), width;
	const char *end;

	if (len == 0 || len >= sizeof(id) || name[len] != '-')
		return NULL;
	snprintf(id, sizeof(id), "%.*s", (int)len, name);
	width = strspn(name + len + 1, "0123456789");
	end = name + len + 1 + width;
	if (width == 0 || width > 5 || !id_parse(id, ret_id))
		return NULL;
	if (str_eq(end, ".webp"))
		return "image/webp";
	return str_eq(end, ".jpg") ? "image/jpeg" : NULL;
}

static int stands(struct tx *tx, void *arg)
{
	return media_stands(tx, *(const int64_t *)arg);
}

static int read_file(struct request *rq, const char *path, const void **ret, size_t *ret_len)
{
	AUTO(auto_close) int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	struct stat st;
	char *bytes;
	ssize_t n = 1;
	size_t len = 0;

	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return ctx_fail(&rq->cx, ERR_NOT_FOUND, "there is no such picture");
	bytes = arena_alloc(rq->cx.arena, (size_t)st.st_size);
	if (!bytes)
		return ctx_fail(&rq->cx, ERR_MEMORY, "not enough memory");
	while (len < (size_t)st.st_size &&
		(n = read(fd, bytes + len, (size_t)st.st_size - len)) > 0)
		len += (size_t)n;
	if (n < 0)
		return ctx_fail(&rq->cx, ERR_IO, "the picture cannot be read: %s", strerror(errno));
	*ret = bytes;
	*ret_len = len;
	return 0;
}

int media_get(struct request *rq)
{
	const char *name = request_param(rq, "name"), *type;
	const void *bytes = NULL;
	size_t len = 0;
	int64_t id;
	int rc;

	type = parse_name(name, &id);
	rc = type ? db_read(&rq->cx, stands, &id) : 0;
	if (rc == 0)
		return ctx_fail(&rq->cx, ERR_NOT_FOUND, "there is no such picture");
	if (rc > 0)
		rc = read_file(rq, media_path(rq->cx.arena, rq->cx.server, id, name), &bytes, &len);
	if (rc < 0)
		return rc;
	reply_cache(rq, MEDIA_CACHE);
	reply_header(rq, "ETag", arena_printf(rq->cx.arena, "\"%s\"", name));
	reply_body(rq, 200, type, bytes, len);
	return 0;
}
