/* The reader `reach`: who else holds a copy. Each Update and Delete of a post becomes a parcel for
 * readers that got its Create and have left since: a withdrawn statement must not stay on
 * somebody's server. (Those who were mentioned in it, replied, boosted or quoted will be found here
 * too, once those nouns stand.) */
#include "core/reach.h"

#include "base/crash.h"
#include "base/str.h"
#include "core/delivery.h"
#include "core/post.h"

#define PAGE_OF_LEFT 256

struct reaching {
	const struct entry *entry;
	int64_t created;
	int64_t after;
	int64_t readers[PAGE_OF_LEFT];
	int count;
};

static int load_created(struct tx *tx, void *arg)
{
	struct reaching *job = arg;
	const struct post *post;
	int rc = post_load(tx, job->entry->post, &post);

	if (rc == 0)
		job->created = post->created;
	return rc;
}

static int add_parcels(struct tx *tx, void *arg)
{
	struct reaching *job = arg;
	int rc = reader_db_left(tx, job->entry->institution, job->created, job->entry->seq,
		job->after, PAGE_OF_LEFT, job->readers, &job->count);

	for (int i = 0; rc == 0 && i < job->count; i++)
		rc = parcel_db_add_entry(tx, job->readers[i], job->entry->seq);
	CRASH_POINT("reach.before_write");
	return rc;
}

static int take(struct ctx *cx, const struct reader *r, const struct entry *e)
{
	struct reaching job = {.entry = e};
	bool any = false;
	int rc;

	(void)r;
	if (e->quiet || !e->post || (!str_eq(e->kind, "update") && !str_eq(e->kind, "delete")))
		return 0;
	rc = db_read(cx, load_created, &job);
	while (rc == 0) {
		rc = db_write(cx, add_parcels, &job);
		CRASH_POINT("reach.after_write");
		any = any || (rc == 0 && job.count > 0);
		if (rc < 0 || job.count < PAGE_OF_LEFT)
			break;
		job.after = job.readers[job.count - 1];
	}
	if (any && cx->server->delivery)
		delivery_kick(cx->server->delivery);
	return rc;
}

const struct reader_kind reach_kind = {
	.name = "reach", .local = true, .followers_only = true, .take = take};
