/* Rules of posts: publish, revise, withdraw. Each is one transaction that ends with one outbox
 * entry. */
#include "core/post.h"

#include <string.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/id.h"
#include "base/str.h"
#include "core/audit.h"
#include "core/limits.h"
#include "core/media.h"
#include "core/nudge.h"
#include "core/outbox.h"
#include "kit/html/markdown.h"

const struct variant *post_variant(const struct post *p, const char *lang)
{
	if (!p->variants || !p->variants[0].lang)
		return NULL;
	for (const struct variant *v = p->variants; v->lang; v++)
		if (str_eq(v->lang, lang))
			return v;
	for (const struct variant *v = p->variants; v->lang; v++)
		if (strcspn(v->lang, "-") == strcspn(lang, "-") &&
			!strncmp(v->lang, lang, strcspn(lang, "-")))
			return v;
	return p->variants;
}

#define REVISE_TRIES 5

char *post_url(struct arena *a, const struct server *s, int64_t id)
{
	return arena_printf(a, "%s/post/%lld", s->origin, (long long)id);
}

int post_parse(struct ctx *cx, const char *text, int64_t *ret)
{
	const char *prefix = arena_printf(cx->arena, "%s/post/", cx->server->origin);
	const char *id = text;

	if (prefix && str_starts(text, prefix))
		id = text + strlen(prefix);
	if (!id_parse(id, ret))
		return ctx_fail(cx, ERR_INVALID,
			"\"%.200s\" is neither a post's URL (%s…) nor its id", text, prefix);
	return 0;
}

/* One variant, checked and rendered. */
struct rendered {
	struct variant v;
	const struct hashtag *tags;
	const struct post_tag *more_tags;
};

static int check_text(struct ctx *cx, const char *what, const char *s, size_t max_chars)
{
	if (!str_is_text(s, strlen(s)))
		return ctx_fail(cx, ERR_INVALID,
			"the %s holds bytes that are not text: it must be UTF-8 without control characters",
			what);
	if (strlen(s) > TEXT_MAX || str_utf8_count(s) > max_chars)
		return ctx_fail(cx, ERR_TOO_LARGE, "the %s is too long: at most %zu characters",
			what, max_chars);
	return 0;
}

static int render(struct ctx *cx, const char *handle, const struct variant_input *in, bool article,
	struct rendered *out)
{
	AUTO(buf_done) struct buf html = BUF(HTML_MAX);
	const char *base = arena_printf(cx->arena, "%s/@%s/tag/", cx->server->origin, handle);
	int rc;

	out->v.lang = in->lang;
	out->v.text = str_trim(cx->arena, in->text);
	if (!out->v.text || !base)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	rc = check_text(cx, "text", out->v.text, TEXT_MAX);
	if (rc < 0)
		return rc;
	if (!*out->v.text)
		return ctx_fail(cx, ERR_INVALID, "the text is empty");
	out->more_tags = in->tags;
	out->v.imported = in->html != NULL;
	if (in->html) {
		out->v.html = in->html;
		return 0;
	}
	rc = markdown_html(cx->arena, out->v.text, base, article, &html, &cx->err, &out->tags);
	if (rc < 0)
		return rc;
	out->v.html = arena_strdup(cx->arena, buf_text(&html));
	return out->v.html ? 0 : ctx_fail(cx, ERR_TOO_LARGE, "the text is too long");
}

static int check_title(struct ctx *cx, struct rendered *r, const char *title)
{
	r->v.title = title ? str_trim(cx->arena, title) : "";
	if (!r->v.title)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	if (strchr(r->v.title, '\n'))
		return ctx_fail(cx, ERR_INVALID, "the title must be one line");
	return check_text(cx, "title", r->v.title, TITLE_MAX_CHARS);
}

/* All languages go out in one document, which other servers take up to 1 MiB (ACTIVITY_MAX). */
static int check_together(struct ctx *cx, const struct rendered *r, int count)
{
	size_t len = 0;

	for (int i = 0; i < count; i++)
		len += strlen(r[i].v.html);
	if (len > HTML_MAX)
		return ctx_fail(cx, ERR_TOO_LARGE,
			"the texts in all languages together are too long: %zu KiB as HTML, at most %d can be sent to followers",
			len / 1024, HTML_MAX / 1024);
	return 0;
}

static int check_distinct(struct ctx *cx, const struct variant_input *in)
{
	int n = 0;

	for (; in[n].lang; n++) {
		for (int i = 0; i < n; i++)
			if (str_eq(in[i].lang, in[n].lang))
				return ctx_fail(cx, ERR_INVALID,
					"there are two texts in the language %s", in[n].lang);
		if (n == VARIANTS_MAX)
			return ctx_fail(
				cx, ERR_TOO_LARGE, "a post has at most %d languages", VARIANTS_MAX);
	}
	return n;
}

static int add_tags(struct tx *tx, int64_t post, int64_t institution, const struct rendered *r)
{
	int rc = 0;

	for (const struct hashtag *t = r->tags; rc == 0 && t && t->name; t++)
		rc = post_db_tag(tx, post, institution, &(struct post_tag){t->name, t->folded});
	for (const struct post_tag *t = r->more_tags; rc == 0 && t && t->name; t++)
		rc = post_db_tag(tx, post, institution, t);
	return rc;
}

/* The pictures of a revision: their rows and their order. */
static int add_media(struct tx *tx, const struct institution *i, int64_t post, int revision,
	const struct media *const *list)
{
	int rc = 0;

	for (int k = 0; rc == 0 && list[k]; k++)
		rc = media_insert(tx, i->id, i->texts->lang, list[k]);
	return rc < 0 ? rc : media_attach(tx, post, revision, list);
}

static int check_media(struct ctx *cx, const struct media *const *list)
{
	int n = 0;

	while (list && list[n])
		n++;
	return n <= POST_MEDIA_MAX ? 0
				   : ctx_fail(cx, ERR_TOO_LARGE, "a post has at most %d pictures",
					     POST_MEDIA_MAX);
}

/* Runs on the writer thread, perhaps twice: no effect outside its transaction. */
struct publishing {
	struct publication *p;
	const struct institution *i;
	struct post post;
	struct rendered *rendered;
	int count;
	struct entry entry;
};

static int insert_post(struct tx *tx, struct publishing *job)
{
	int rc = post_db_insert(tx, &job->post);

	if (rc == 0)
		rc = post_db_revision(tx, job->post.id, 1, "", job->post.published_at);
	for (int i = 0; rc == 0 && i < job->count; i++) {
		rc = post_db_variant(tx, job->post.id, &job->rendered[i].v);
		if (rc == 0)
			rc = add_tags(tx, job->post.id, job->i->id, &job->rendered[i]);
	}
	if (rc == 0 && job->p->media && job->p->media[0])
		rc = add_media(tx, job->i, job->post.id, 1, job->p->media);
	return rc;
}

static int publish(struct tx *tx, void *arg)
{
	struct publishing *job = arg;
	const struct institution *now;
	int rc = institution_load(tx, job->i->id, &now);

	if (rc == 0 && now->closed)
		rc = tx_fail(tx, ERR_GONE,
			"the institution \"%s\" is closed: nothing can be published in its name",
			now->handle);
	if (rc == 0)
		rc = insert_post(tx, job);
	if (rc == 0)
		rc = audit_append(tx, job->p->who, "post.publish", job->i->id, job->post.id, "");
	if (rc == 0 && job->p->also)
		rc = job->p->also(tx, job->p);
	if (rc == 0)
		rc = outbox_append(tx, &job->entry);
	if (rc == 0)
		rc = post_db_created(tx, job->post.id, job->entry.seq);
	CRASH_POINT("publish.before_commit");
	return rc;
}

static int find_institution(struct tx *tx, void *arg)
{
	struct publishing *job = arg;

	return institution_find(tx, job->p->handle, &job->i);
}

static int prepare_variants(struct ctx *cx, struct publishing *job)
{
	const struct variant_input *in = job->p->variants;
	int n = check_distinct(cx, in), rc = 0;

	if (n <= 0)
		return n < 0 ? n : ctx_fail(cx, ERR_INVALID, "there is no text to publish");
	job->rendered = arena_array(cx->arena, (size_t)n, sizeof(*job->rendered));
	if (!job->rendered)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	job->count = n;
	job->post.article = in[0].title && *in[0].title;
	for (int i = 0; rc == 0 && i < n; i++) {
		rc = check_title(cx, &job->rendered[i], in[i].title);
		if (rc == 0 && (*job->rendered[i].v.title != 0) != job->post.article)
			rc = ctx_fail(cx, ERR_INVALID,
				"either every language has a title or none: look at %s",
				in[i].lang);
		if (rc == 0)
			rc = render(
				cx, job->i->handle, &in[i], job->post.article, &job->rendered[i]);
		job->rendered[i].v.revision = 1;
	}
	return rc < 0 ? rc : check_together(cx, job->rendered, n);
}

static const char *first_language(struct arena *a, const struct institution *i)
{
	return arena_copy(a, i->languages, strcspn(i->languages, " "));
}

/* "" stands for the institution's first language. */
static const struct variant_input *fill_language(
	struct ctx *cx, const struct institution *i, const struct variant_input *in)
{
	int n = 0;
	struct variant_input *out;

	while (in[n].lang)
		n++;
	out = arena_array(cx->arena, (size_t)n + 1, sizeof(*out));
	for (int k = 0; out && k < n; k++) {
		out[k] = in[k];
		if (!*out[k].lang)
			out[k].lang = first_language(cx->arena, i);
	}
	return out;
}

int post_publish(struct ctx *cx, struct publication *p)
{
	struct publishing job = {.p = p};
	int64_t at = p->published_at ? p->published_at : clock_now();
	int rc = db_read(cx, find_institution, &job);

	if (rc < 0)
		return rc;
	p->variants = fill_language(cx, job.i, p->variants);
	if (!p->variants)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	rc = prepare_variants(cx, &job);
	if (rc == 0)
		rc = check_media(cx, p->media);
	if (rc < 0)
		return rc;
	p->id = job.post.id = id_new();
	p->institution = job.i->id;
	job.post.institution = job.i->id;
	job.post.visibility = p->visibility ? p->visibility : "public";
	job.post.lang = p->variants[0].lang;
	job.post.published_at = at;
	job.entry = (struct entry){.institution = job.i->id,
		.id = id_new(),
		.audience = job.post.visibility,
		.kind = "create",
		.post = job.post.id,
		.quiet = p->quiet,
		.at = at};
	rc = db_write(cx, publish, &job);
	if (rc < 0)
		return rc;
	CRASH_POINT("publish.after_commit");
	nudge_institution(cx, job.i->id);
	return 0;
}

/* Revising. */
struct revising {
	struct correction *c;
	const struct post *post; /* as it stood when the texts were rendered */
	const struct institution *i;
	struct rendered *rendered;
	int count;
	struct entry entry;
	int64_t at;
	bool outdated; /* somebody else revised it since the texts were rendered */
};

static int load_for_revision(struct tx *tx, void *arg)
{
	struct revising *job = arg;
	int rc = post_load(tx, job->c->id, &job->post);

	if (rc == 0 && job->post->withdrawn)
		rc = tx_fail(
			tx, ERR_GONE, "the post has been withdrawn: publish a new one instead");
	if (rc == 0)
		rc = institution_load(tx, job->post->institution, &job->i);
	if (rc == 0 && job->i->closed)
		rc = tx_fail(tx, ERR_GONE,
			"the institution \"%s\" is closed: its posts stay as they are",
			job->i->handle);
	return rc;
}

static const struct variant *standing(const struct post *p, const char *lang)
{
	for (const struct variant *v = p->variants; v->lang; v++)
		if (str_eq(v->lang, lang))
			return v;
	return NULL;
}

/* Hashtags follow the texts that stand: those of the languages that this revision leaves alone are
 * found again. Those of an imported text came beside it, so they stay. */
static int retag(struct tx *tx, struct revising *job, const struct post *now)
{
	bool keeps = false;
	int rc = 0;

	for (int i = 0; i < job->count; i++)
		keeps = keeps || (job->rendered[i].v.imported && !job->rendered[i].v.revision);
	if (!keeps)
		rc = post_db_untag(tx, now->id);
	for (int i = 0; rc == 0 && i < job->count; i++)
		rc = add_tags(tx, now->id, now->institution, &job->rendered[i]);
	return rc;
}

static int revise(struct tx *tx, void *arg)
{
	struct revising *job = arg;
	struct revising fresh = {.c = job->c};
	int rc = post_db_lock(tx, job->c->id);
	int number;

	if (rc == 0)
		rc = load_for_revision(tx, &fresh);
	if (rc < 0)
		return rc;
	job->outdated = fresh.post->revision != job->post->revision;
	if (job->outdated)
		return tx_fail(tx, ERR_CONFLICT,
			"the post is being revised by several people at once: try again");
	number = fresh.post->revision + 1;
	rc = post_db_revision(tx, job->c->id, number, job->c->note, job->at);
	for (int i = 0; rc == 0 && i < job->count; i++) {
		struct variant v = job->rendered[i].v;

		if (!v.revision)
			continue; /* stands as it was: rendered only for its hashtags */
		v.revision = number;
		rc = post_db_variant(tx, job->c->id, &v);
	}
	if (rc == 0)
		rc = retag(tx, job, fresh.post);
	if (rc == 0 && job->c->media)
		rc = add_media(tx, fresh.i, job->c->id, number, job->c->media);
	if (rc == 0)
		rc = post_db_revised(tx, job->c->id, number, job->at);
	if (rc == 0)
		rc = audit_append(tx, job->c->who, "post.revise", fresh.post->institution,
			job->c->id, job->c->note);
	if (rc == 0 && job->c->also)
		rc = job->c->also(tx, job->c);
	if (rc == 0)
		rc = outbox_append(tx, &job->entry);
	CRASH_POINT("publish.before_commit");
	return rc;
}

static int prepare_changed(
	struct ctx *cx, struct revising *job, const struct variant_input *in, struct rendered *out)
{
	const struct variant *old = standing(job->post, in->lang);
	const char *title = in->title ? in->title : old ? old->title : NULL;
	int rc = check_title(cx, out, title);

	if (rc == 0 && (*out->v.title != 0) != job->post->article)
		rc = ctx_fail(cx, ERR_INVALID,
			job->post->article
				? "the post has a title, so its text in %s needs one too"
				: "the post has no title, so its text in %s cannot have one",
			in->lang);
	if (rc == 0)
		rc = render(cx, job->i->handle, in, job->post->article, out);
	out->v.revision = 1;
	return rc;
}

static bool is_changed(const struct variant_input *in, const char *lang)
{
	for (; in->lang; in++)
		if (str_eq(in->lang, lang))
			return true;
	return false;
}

static int prepare_revision(struct ctx *cx, struct revising *job)
{
	const struct variant_input *in = job->c->variants;
	int n = check_distinct(cx, in), rc = 0, k = 0;

	if (n < 0 || (n == 0 && !job->c->media))
		return n < 0 ? n : ctx_fail(cx, ERR_INVALID, "there is no new text");
	job->rendered = arena_array(cx->arena, (size_t)n + 65, sizeof(*job->rendered));
	if (!job->rendered)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	for (; rc == 0 && k < n; k++)
		rc = prepare_changed(cx, job, &in[k], &job->rendered[k]);
	for (const struct variant *v = job->post->variants; rc == 0 && v->lang; v++) {
		struct variant_input same = {.lang = v->lang,
			.title = v->title,
			.text = v->text,
			.html = v->imported ? v->html : NULL};

		if (is_changed(in, v->lang))
			continue;
		rc = render(cx, job->i->handle, &same, job->post->article, &job->rendered[k]);
		job->rendered[k++].v.revision = 0;
	}
	job->count = k;
	if (rc == 0 && k > VARIANTS_MAX)
		rc = ctx_fail(cx, ERR_TOO_LARGE, "a post has at most %d languages", VARIANTS_MAX);
	return rc < 0 ? rc : check_together(cx, job->rendered, k);
}

static int try_revise(struct ctx *cx, struct revising *job)
{
	struct correction *c = job->c;
	int rc = db_read(cx, load_for_revision, job);

	if (rc < 0)
		return rc;
	c->variants = fill_language(cx, job->i, c->variants);
	if (!c->variants)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	rc = prepare_revision(cx, job);
	if (rc < 0)
		return rc;
	job->entry = (struct entry){.institution = job->i->id,
		.id = id_new(),
		.audience = job->post->visibility,
		.kind = "update",
		.post = c->id,
		.quiet = c->quiet,
		.at = job->at};
	return db_write(cx, revise, job);
}

/* Titles and hashtags of the languages that a revision leaves alone are taken from what stood when
 * it was prepared, so one that somebody else has overtaken is prepared anew. */
int post_revise(struct ctx *cx, struct correction *c)
{
	struct revising job = {.c = c, .at = c->at ? c->at : clock_now()};
	int rc = c->note ? check_text(cx, "change note", c->note, NOTE_MAX_CHARS) : 0;

	if (rc == 0)
		rc = check_media(cx, c->media);
	for (int tries = 0; rc == 0 && tries < REVISE_TRIES; tries++) {
		rc = try_revise(cx, &job);
		if (rc != ERR_CONFLICT || !job.outdated)
			break;
		rc = 0;
	}
	if (rc == 0 && job.outdated)
		rc = ERR_CONFLICT;
	if (rc < 0)
		return rc;
	CRASH_POINT("publish.after_commit");
	c->institution = job.i->id;
	nudge_institution(cx, job.i->id);
	return 0;
}

/* Withdrawing. */
struct withdrawing {
	struct withdrawal *w;
	struct entry entry;
};

static int withdraw(struct tx *tx, void *arg)
{
	struct withdrawing *job = arg;
	const struct post *post;
	int rc = post_load(tx, job->w->id, &post);

	if (rc == 0 && post->withdrawn)
		rc = tx_fail(tx, ERR_CONFLICT, "the post has been withdrawn already");
	if (rc < 0)
		return rc;
	job->w->institution = post->institution;
	job->entry.institution = post->institution;
	job->entry.audience = post->visibility;
	rc = post_db_withdrawn(tx, post->id, job->w->reason, job->entry.at);
	if (rc == 0)
		rc = post_db_untag(tx, post->id);
	if (rc == 0)
		rc = audit_append(tx, job->w->who, "post.withdraw", post->institution, post->id,
			job->w->reason);
	if (rc == 0)
		rc = outbox_append(tx, &job->entry);
	CRASH_POINT("publish.before_commit");
	return rc;
}

int post_withdraw(struct ctx *cx, struct withdrawal *w)
{
	struct withdrawing job = {.w = w};
	int rc;

	w->reason = w->reason ? str_trim(cx->arena, w->reason) : "";
	if (!w->reason || !*w->reason)
		return ctx_fail(
			cx, ERR_INVALID, "a withdrawal needs a reason: readers are told why");
	rc = check_text(cx, "reason", w->reason, NOTE_MAX_CHARS);
	if (rc < 0)
		return rc;
	job.entry = (struct entry){.id = id_new(),
		.kind = "delete",
		.post = w->id,
		.quiet = w->quiet,
		.at = w->at ? w->at : clock_now()};
	rc = db_write(cx, withdraw, &job);
	if (rc < 0)
		return rc;
	CRASH_POINT("publish.after_commit");
	nudge_institution(cx, w->institution);
	return 0;
}
