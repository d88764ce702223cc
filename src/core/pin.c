/* Pinned posts: those that stand first on an institution's page. */
#include "base/clock.h"
#include "base/id.h"
#include "base/str.h"
#include "core/audit.h"
#include "core/limits.h"
#include "core/nudge.h"
#include "core/outbox.h"
#include "core/post.h"

struct pinning {
	int64_t id, institution;
	bool pinned;
	const char *who;
	struct entry entry;
};

static int check_pin(struct tx *tx, const struct pinning *job, const struct post *post)
{
	const struct post *list;
	int n, rc;

	if (!job->pinned)
		return 0;
	if (post->withdrawn || !str_eq(post->visibility, "public"))
		return tx_fail(tx, ERR_INVALID,
			"only a standing public post can be pinned, and this one is %s",
			post->withdrawn ? "withdrawn" : post->visibility);
	rc = post_pinned(tx, post->institution, &list, &n);
	if (rc == 0 && n >= PINS_MAX)
		rc = tx_fail(tx, ERR_TOO_LARGE,
			"%d posts are pinned already: unpin one of them first", PINS_MAX);
	return rc;
}

static int pin(struct tx *tx, void *arg)
{
	struct pinning *job = arg;
	const struct post *post;
	int rc = post_load(tx, job->id, &post);

	if (rc == 0)
		rc = check_pin(tx, job, post);
	if (rc < 0)
		return rc;
	job->institution = job->entry.institution = post->institution;
	rc = job->pinned ? post_db_pin(tx, post->institution, job->id, job->entry.at)
			 : post_db_unpin(tx, post->institution, job->id);
	if (rc == 0)
		return tx_fail(tx, ERR_CONFLICT,
			job->pinned ? "the post is pinned already" : "the post is not pinned");
	if (rc > 0)
		rc = audit_append(tx, job->who, job->pinned ? "post.pin" : "post.unpin",
			post->institution, job->id, "");
	return rc < 0 ? rc : outbox_append(tx, &job->entry);
}

/* Other servers learn of it as of any change of the profile. */
int post_pin(struct ctx *cx, int64_t id, bool pinned, const char *who)
{
	struct pinning job = {.id = id, .pinned = pinned, .who = who};
	int rc;

	job.entry = (struct entry){
		.id = id_new(), .audience = "public", .kind = "profile", .at = clock_now()};
	rc = db_write(cx, pin, &job);
	if (rc == 0)
		nudge_institution(cx, job.institution);
	return rc;
}
