/* Importing: the feed's bytes go to a file without a name first, so that a slow site holds nothing
 * up and items may wait for their pictures; then item by item, each in an arena of its own. */
#include "feature/sources/import.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "core/media.h"
#include "core/post.h"
#include "feature/sources/item.h"
#include "kit/feed/feed.h"

#define ITEM_ARENA  (64 * MIB)
#define PIECE       (64 * KIB)
#define QUIET_AFTER (48 * HOUR)
#define ACCEPT                                                                                     \
	"application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"

struct importing {
	struct ctx *cx; /* the whole import's */
	const struct source *source;
	const struct institution *i;
	struct import_result *result;
	const char *type, *url; /* of the feed as it came */
	int fd;
	int64_t bytes, of_bytes;
	struct feed_reader *reader;
	/* Of the item under way: */
	struct item item;
	struct source_item known;
	int known_rc;
};

static void fault(struct importing *job, const char *what, const char *why)
{
	job->result->last_fault = arena_printf(job->cx->arena, "%.200s: %s", what, why);
	log_event(LOG_WARN, "import", "institution", job->i->handle, "item", what, "error", why,
		NULL);
}

static int find_item(struct tx *tx, void *arg)
{
	struct importing *job = arg;

	job->known_rc =
		source_item_load(tx, job->source->institution, job->item.key.key, &job->known);
	return job->known_rc < 0 ? job->known_rc : 0;
}

static const char *describe(const struct item *item, const struct feed_media *m)
{
	struct err err = {0};

	if (m->alt && media_check_description(m->alt, &err) == 0)
		return m->alt;
	return item->variant.title ? item->variant.title : "";
}

/* One picture, or NULL when it cannot be had: the statement does not wait for it. */
static const struct media *get_picture(
	struct importing *job, struct ctx *cx, const struct feed_media *m)
{
	struct media_text *texts = arena_array(cx->arena, 2, sizeof(*texts));
	const struct media *made = NULL;
	struct fetched f;
	int rc;

	if (!texts)
		return NULL;
	texts[0] = (struct media_text){job->item.variant.lang, describe(&job->item, m)};
	rc = ctx_may_wait(cx, m->url);
	if (rc == 0)
		rc = fetch_get(
			cx, cx->server->fetch, m->url, "image/*", MEDIA_FILE_MAX, NULL, NULL, &f);
	if (rc == 0)
		rc = media_prepare(cx, m->url, f.body, f.len, MEDIA_PICTURE, texts, &made);
	if (rc < 0) {
		job->result->pictures_missing++;
		fault(job, m->url, err_text(&cx->err));
		return NULL;
	}
	job->result->pictures++;
	return made;
}

static const struct media *const *get_pictures(struct importing *job, struct ctx *cx)
{
	const struct media **list = arena_array(cx->arena, 8, sizeof(*list));
	int n = 0;

	for (const struct feed_media *const *m = job->item.pictures; list && *m && n < 7; m++) {
		const struct media *made = get_picture(job, cx, *m);

		if (made)
			list[n++] = made;
	}
	return list;
}

static void discard(struct ctx *cx, const struct media *const *list)
{
	for (; list && *list; list++)
		media_discard(cx, *list);
}

/* In the transaction of the publishing: so an item is never published twice, whoever imports at the
 * same time. */
static int remember(struct tx *tx, struct publication *p)
{
	struct importing *job = p->arg;
	struct source_item one = job->item.key;

	one.post = p->id;
	one.quiet = p->quiet;
	return source_item_add(tx, job->source->institution, job->source->id, &one);
}

static int remember_change(struct tx *tx, struct correction *c)
{
	struct importing *job = c->arg;

	return source_item_changed(tx, job->source->institution, &job->item.key);
}

static int publish(struct importing *job, struct ctx *cx)
{
	struct variant_input variants[2] = {job->item.variant, {0}};
	int64_t now = clock_now(), at = job->item.published_at;
	struct publication p = {.handle = job->i->handle,
		.variants = variants,
		.media = get_pictures(job, cx),
		.published_at = at > 0 && at < now ? at : now,
		.who = "command:import",
		.also = remember,
		.arg = job};
	int rc;

	p.quiet = !job->source->send_all && now - p.published_at > QUIET_AFTER;
	rc = post_publish(cx, &p);
	if (rc < 0) {
		discard(cx, p.media);
		return rc;
	}
	job->result->fresh++;
	job->result->quiet += p.quiet;
	return 0;
}

/* A changed item is a revision; one that staff have withdrawn stays withdrawn. */
static int revise(struct importing *job, struct ctx *cx)
{
	struct variant_input variants[2] = {job->item.variant, {0}};
	struct correction c = {.id = job->known.post,
		.variants = variants,
		.media = get_pictures(job, cx),
		.quiet = job->known.quiet,
		.who = "command:import",
		.also = remember_change,
		.arg = job};
	int rc = post_revise(cx, &c);

	if (rc < 0)
		discard(cx, c.media);
	if (rc == ERR_GONE) {
		job->result->known++;
		return 0;
	}
	job->result->changed += rc == 0;
	return rc;
}

static int take_item(struct importing *job, struct ctx *cx, const struct feed_item *from)
{
	int rc = item_make(cx, job->i, job->source->lang, from, &job->item);

	if (rc == 0)
		rc = db_read(cx, find_item, job);
	if (rc < 0)
		return rc;
	if (job->known_rc == 0)
		return publish(job, cx);
	if (memcmp(job->known.hash, job->item.key.hash, SOURCE_HASH) != 0)
		return revise(job, cx);
	job->result->known++;
	return 0;
}

/* What is wrong with one item leaves that one out; what would stop every one stops the import. */
static bool is_ours_alone(int rc)
{
	return rc == ERR_INVALID || rc == ERR_TOO_LARGE || rc == ERR_CONFLICT ||
	       rc == ERR_UNSUPPORTED;
}

static int on_item(void *arg, const struct feed_item *from)
{
	struct importing *job = arg;
	struct ctx cx = {
		.db = job->cx->db, .server = job->cx->server, .arena = arena_new(ITEM_ARENA)};
	struct import_result *r = job->result;
	int rc = cx.arena ? take_item(job, &cx, from) : ERR_MEMORY;

	r->items++;
	if (rc < 0 && is_ours_alone(rc)) {
		r->left_out++;
		fault(job, from->title ? from->title : from->id, err_text(&cx.err));
		rc = 0;
	} else if (rc < 0) {
		rc = ctx_fail(job->cx, rc, "%s", err_text(&cx.err));
	}
	arena_free(cx.arena);
	if (r->progress)
		r->progress(r, job->bytes, job->of_bytes, r->arg);
	return rc;
}

static int keep_bytes(void *arg, const void *p, size_t len)
{
	struct importing *job = arg;

	for (size_t done = 0; done < len;) {
		ssize_t n = write(job->fd, (const char *)p + done, len - done);

		if (n < 0)
			return errno == ENOSPC ? ERR_FULL : ERR_IO;
		done += (size_t)n;
	}
	job->of_bytes += (int64_t)len;
	if (job->result->progress)
		job->result->progress(job->result, 0, job->of_bytes, job->result->arg);
	return 0;
}

static int download(struct importing *job)
{
	struct download d = {.url = job->source->url,
		.accept = ACCEPT,
		.etag = job->source->etag,
		.modified = job->source->modified,
		.max = FEED_BYTES_MAX,
		.take = keep_bytes,
		.arg = job};
	struct fetched f;
	int rc = ctx_may_wait(job->cx, d.url);

	job->fd = open(job->cx->server->dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (job->fd < 0)
		return ctx_fail(job->cx, ERR_IO, "the feed cannot be kept in %.300s: %s",
			job->cx->server->dir, strerror(errno));
	if (rc == 0)
		rc = fetch_download(job->cx, job->cx->server->fetch, &d, &f);
	if (rc < 0)
		return rc;
	job->type = f.type;
	job->url = f.url;
	job->result->unchanged = f.unchanged;
	job->result->etag = f.etag;
	job->result->modified = f.modified;
	return lseek(job->fd, 0, SEEK_SET) < 0
		       ? ctx_fail(job->cx, ERR_IO, "the feed cannot be read again: %s",
				 strerror(errno))
		       : 0;
}

static int open_file(struct importing *job)
{
	struct stat st;

	job->fd = open(job->source->url, O_RDONLY | O_CLOEXEC);
	if (job->fd < 0 || fstat(job->fd, &st) != 0)
		return ctx_fail(job->cx, ERR_INVALID, "the file %.300s cannot be read: %s",
			job->source->url, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return ctx_fail(job->cx, ERR_INVALID, "%.300s is not a file", job->source->url);
	job->of_bytes = st.st_size;
	return 0;
}

static int read_bytes(struct importing *job)
{
	char piece[PIECE];
	ssize_t n;
	int rc = 0;

	while (rc == 0 && (n = read(job->fd, piece, sizeof(piece))) > 0) {
		job->bytes += n;
		rc = feed_reader_push(job->reader, piece, (size_t)n, &job->cx->err);
	}
	if (rc == 0 && n < 0)
		rc = ctx_fail(job->cx, ERR_IO, "the feed cannot be read: %s", strerror(errno));
	return rc < 0 ? rc : feed_reader_end(job->reader, &job->cx->err);
}

static int read_feed(struct importing *job)
{
	struct feed_options options = {.base_url = job->url,
		.content_type = job->type,
		.zone_minutes = 300,
		.item = on_item,
		.arg = job};
	const struct feed_report *report;
	int rc = feed_reader_new(&options, &job->cx->err, &job->reader);

	if (rc < 0)
		return rc;
	rc = read_bytes(job);
	report = feed_reader_report(job->reader);
	if (report->state != FEED_SOUND)
		job->result->feed_fault =
			arena_printf(job->cx->arena, "line %d: %s", report->line, report->text);
	feed_reader_free(job->reader);
	return rc;
}

static int load_institution(struct tx *tx, void *arg)
{
	struct importing *job = arg;
	int rc = institution_load(tx, job->source->institution, &job->i);

	if (rc == 0 && job->i->closed)
		rc = tx_fail(tx, ERR_GONE, "the institution \"%s\" is closed", job->i->handle);
	return rc;
}

int import_source(struct ctx *cx, const struct source *source, struct import_result *ret)
{
	struct importing job = {.cx = cx, .source = source, .result = ret, .fd = -1};
	bool remote = str_starts(source->url, "https://") || str_starts(source->url, "http://");
	int rc = db_read(cx, load_institution, &job);

	ret->etag = source->etag;
	ret->modified = source->modified;
	if (rc == 0)
		rc = remote ? download(&job) : open_file(&job);
	if (rc == 0 && !ret->unchanged)
		rc = read_feed(&job);
	if (job.fd >= 0)
		close(job.fd);
	return rc;
}
