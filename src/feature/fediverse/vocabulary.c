/* ActivityStreams documents made from our nouns: pure, no database. */
#include "feature/fediverse/vocabulary.h"

#include <string.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/str.h"
#include "core/media.h"
#include "kit/html/template.h"

#define HTML_BIO_MAX (64 * KIB)

char *activity_url(struct arena *a, const struct server *s, int64_t id)
{
	return arena_printf(a, "%s/activity/%lld", s->origin, (long long)id);
}

char *tag_url(struct arena *a, const struct server *s, const char *handle, const char *folded)
{
	return arena_printf(a, "%s/@%s/tag/%s", s->origin, handle, str_url_encode(a, folded, ""));
}

char *instance_actor_url(struct arena *a, const struct server *s)
{
	return arena_printf(a, "%s/actor/server", s->origin);
}

bool actor_url_parse(const struct server *s, const char *url, int64_t *ret)
{
	size_t n = strlen(s->origin);

	return url && !strncmp(url, s->origin, n) && str_starts(url + n, "/actor/") &&
	       id_parse(url + n + 7, ret);
}

void put(json_t *object, const char *key, const char *value)
{
	if (value)
		json_object_set_new(object, key, json_string(value));
}

static void put_time(json_t *object, const char *key, int64_t at)
{
	char text[32];

	clock_rfc3339(at, text);
	put(object, key, text);
}

static void put_context(json_t *object, bool security)
{
	json_t *context = json_array();
	json_t *terms = json_object();

	json_array_append_new(context, json_string("https://www.w3.org/ns/activitystreams"));
	if (security)
		json_array_append_new(context, json_string("https://w3id.org/security/v1"));
	put(terms, "toot", "http://joinmastodon.org/ns#");
	if (security) {
		put(terms, "discoverable", "toot:discoverable");
		put(terms, "indexable", "toot:indexable");
		put(terms, "manuallyApprovesFollowers", "as:manuallyApprovesFollowers");
		put(terms, "featured", "toot:featured");
		put(terms, "schema", "http://schema.org#");
		put(terms, "PropertyValue", "schema:PropertyValue");
		put(terms, "value", "schema:value");
	} else {
		put(terms, "Hashtag", "as:Hashtag");
		put(terms, "sensitive", "as:sensitive");
		put(terms, "blurhash", "toot:blurhash");
	}
	json_array_append_new(context, terms);
	json_object_set_new(object, "@context", context);
}

/* A description is plain text: paragraphs at empty lines, line breaks kept. */
static char *bio_html(struct arena *a, const char *bio)
{
	AUTO(buf_done) struct buf escaped = BUF(HTML_BIO_MAX);
	AUTO(buf_done) struct buf html = BUF(HTML_BIO_MAX);

	if (!*bio)
		return arena_strdup(a, "");
	html_escape(&escaped, bio);
	buf_adds(&html, "<p>");
	for (const char *p = buf_text(&escaped); *p; p++) {
		if (p[0] == '\n' && p[1] == '\n') {
			buf_adds(&html, "</p><p>");
			p++;
		} else if (*p == '\n') {
			buf_adds(&html, "<br>");
		} else {
			buf_addc(&html, *p);
		}
	}
	buf_adds(&html, "</p>");
	return arena_strdup(a, buf_text(&html));
}

static json_t *public_key(struct arena *a, const char *actor, const char *pem)
{
	json_t *key = json_object();

	put(key, "id", arena_printf(a, "%s#main-key", actor));
	put(key, "owner", actor);
	put(key, "publicKeyPem", pem);
	return key;
}

static void put_boxes(struct arena *a, const struct server *s, json_t *actor, const char *id)
{
	json_t *endpoints = json_object();

	put(actor, "inbox", arena_printf(a, "%s/inbox", id));
	put(actor, "outbox", arena_printf(a, "%s/outbox", id));
	put(endpoints, "sharedInbox", arena_printf(a, "%s/inbox", s->origin));
	json_object_set_new(actor, "endpoints", endpoints);
}

static json_t *image(
	struct arena *a, const struct server *s, const struct media *m, const char *name)
{
	const struct rendition *f = media_rendition(m, "image/jpeg", 0);
	json_t *object = json_object();

	put(object, "type", "Image");
	if (f) {
		put(object, "mediaType", f->type);
		put(object, "url", media_url(a, s, m, f));
	}
	put(object, "name", name);
	return object;
}

/* A line of a profile, as others show them: a name and HTML. href and value are escaped. */
static void add_field(struct arena *a, json_t *fields, const char *name, const char *attributes,
	const char *href, const char *value)
{
	json_t *field = json_object();

	put(field, "type", "PropertyValue");
	put(field, "name", name);
	put(field, "value", arena_printf(a, "<a href=\"%s\"%s>%s</a>", href, attributes, value));
	json_array_append_new(fields, field);
}

static char *escaped(struct arena *a, const char *text)
{
	AUTO(buf_done) struct buf out = BUF(HTML_BIO_MAX);

	html_escape(&out, text);
	return arena_strdup(a, buf_text(&out));
}

/* RFC 3966 takes digits, + and -. */
static char *phone_url(struct arena *a, const char *phone)
{
	char *url = arena_printf(a, "tel:%s", phone), *to = url;

	for (const char *p = url; p && *p; p++)
		if (!strchr(" ()", *p))
			*to++ = *p;
	if (url)
		*to = 0;
	return url;
}

static json_t *profile_fields(struct arena *a, const struct institution *i)
{
	json_t *fields = json_array();

	if (i->website && *i->website)
		add_field(a, fields, "Web", " rel=\"me nofollow noopener\" translate=\"no\"",
			escaped(a, i->website), escaped(a, i->website));
	if (i->phone && *i->phone)
		add_field(a, fields, "Tel.", "", phone_url(a, i->phone), i->phone);
	if (i->email && *i->email)
		add_field(
			a, fields, "E-mail", "", arena_printf(a, "mailto:%s", i->email), i->email);
	return fields;
}

static void put_profile(
	struct arena *a, const struct server *s, json_t *actor, const struct institution *i)
{
	if (i->avatar)
		json_object_set_new(actor, "icon", image(a, s, i->avatar, i->texts->name));
	if (i->header)
		json_object_set_new(actor, "image", image(a, s, i->header, i->texts->name));
	json_object_set_new(actor, "attachment", profile_fields(a, i));
}

json_t *vocabulary_actor(struct arena *a, const struct server *s, const struct institution *i)
{
	const char *id = institution_actor(a, s, i->id);
	const struct institution_text *own = i->texts;
	json_t *actor = json_object(), *names = json_object(), *bios = json_object();

	put_context(actor, true);
	put(actor, "id", id);
	put(actor, "type", "Organization");
	put(actor, "preferredUsername", i->handle);
	put(actor, "name", own->name);
	put(actor, "summary", bio_html(a, own->bio));
	for (const struct institution_text *t = i->texts; t->lang; t++) {
		put(names, t->lang, t->name);
		if (*t->bio)
			put(bios, t->lang, bio_html(a, t->bio));
	}
	json_object_set_new(actor, "nameMap", names);
	json_object_set_new(actor, "summaryMap", bios);
	put(actor, "url", institution_page(a, s, i->handle));
	put_boxes(a, s, actor, id);
	put(actor, "followers", arena_printf(a, "%s/followers", id));
	put(actor, "following", arena_printf(a, "%s/following", id));
	put(actor, "featured", arena_printf(a, "%s/featured", id));
	put_profile(a, s, actor, i);
	json_object_set_new(actor, "publicKey", public_key(a, id, i->rsa_public));
	put_time(actor, "published", i->created_at);
	put_time(actor, "updated", i->updated_at);
	json_object_set_new(actor, "discoverable", json_true());
	json_object_set_new(actor, "indexable", json_true());
	json_object_set_new(actor, "manuallyApprovesFollowers", json_false());
	return actor;
}

json_t *vocabulary_instance(struct arena *a, const struct server *s)
{
	const char *id = instance_actor_url(a, s);
	json_t *actor = json_object();

	put_context(actor, true);
	put(actor, "id", id);
	put(actor, "type", "Application");
	put(actor, "preferredUsername", s->host);
	put(actor, "name", s->host);
	put(actor, "url", arena_printf(a, "%s/", s->origin));
	put_boxes(a, s, actor, id);
	put(actor, "inbox", arena_printf(a, "%s/inbox", s->origin));
	json_object_set_new(actor, "publicKey", public_key(a, id, key_public_pem(a, s->key)));
	json_object_set_new(actor, "manuallyApprovesFollowers", json_true());
	return actor;
}

static void put_audience(struct arena *a, json_t *object, const char *actor, const char *audience)
{
	const char *followers = arena_printf(a, "%s/followers", actor);
	bool is_public = str_eq(audience, "public");
	json_t *to = json_array(), *cc = json_array();

	json_array_append_new(to, json_string(is_public ? PUBLIC : followers));
	if (is_public)
		json_array_append_new(cc, json_string(followers));
	else if (str_eq(audience, "unlisted"))
		json_array_append_new(cc, json_string(PUBLIC));
	json_object_set_new(object, "to", to);
	json_object_set_new(object, "cc", cc);
}

static json_t *hashtags(
	struct arena *a, const struct server *s, const char *handle, const struct post_tag *tags)
{
	json_t *list = json_array();

	for (; tags && tags->name; tags++) {
		json_t *tag = json_object();

		put(tag, "type", "Hashtag");
		put(tag, "name", arena_printf(a, "#%s", tags->name));
		put(tag, "href", tag_url(a, s, handle, tags->folded));
		json_array_append_new(list, tag);
	}
	return list;
}

static void put_texts(json_t *object, const struct post *p)
{
	json_t *contents = json_object(), *names = json_object();

	put(object, "content", p->variants->html);
	for (const struct variant *v = p->variants; v->lang; v++) {
		put(contents, v->lang, v->html);
		put(names, v->lang, v->title);
	}
	json_object_set_new(object, "contentMap", contents);
	if (p->article) {
		put(object, "name", p->variants->title);
		json_object_set(object, "nameMap", names);
	}
	json_decref(names);
}

/* Pictures as Mastodon reads them; what they show, in each language. */
static json_t *attachments(struct arena *a, const struct server *s, const struct post *p)
{
	json_t *list = json_array();

	for (const struct media *const *m = p->media; m && *m; m++) {
		json_t *object = image(a, s, *m, media_description(*m, p->lang));
		const struct rendition *f = media_rendition(*m, "image/jpeg", 0);
		json_t *names = json_object();

		put(object, "type", "Document");
		put(object, "blurhash", (*m)->blurhash);
		if (f) {
			json_object_set_new(object, "width", json_integer(f->width));
			json_object_set_new(object, "height", json_integer(f->height));
		}
		for (const struct media_text *t = (*m)->texts; t->lang; t++)
			put(names, t->lang, t->description);
		json_object_set_new(object, "nameMap", names);
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *tombstone(struct arena *a, const struct server *s, const struct post *p)
{
	json_t *object = json_object();

	put(object, "id", post_url(a, s, p->id));
	put(object, "type", "Tombstone");
	put(object, "formerType", p->article ? "Article" : "Note");
	put_time(object, "published", p->published_at);
	put_time(object, "deleted", p->withdrawn_at);
	return object;
}

json_t *vocabulary_post(struct arena *a, const struct server *s, const struct institution *i,
	const struct post *p, const struct post_tag *tags, bool top)
{
	const char *actor = institution_actor(a, s, i->id);
	json_t *object;

	if (p->withdrawn || !p->variants->lang) {
		object = tombstone(a, s, p);
		if (top)
			put_context(object, false);
		return object;
	}
	object = json_object();
	if (top)
		put_context(object, false);
	put(object, "id", post_url(a, s, p->id));
	put(object, "type", p->article ? "Article" : "Note");
	put(object, "attributedTo", actor);
	put_texts(object, p);
	put(object, "url", post_url(a, s, p->id));
	put_time(object, "published", p->published_at);
	if (p->revision > 1)
		put_time(object, "updated", p->updated_at);
	put_audience(a, object, actor, p->visibility);
	json_object_set_new(object, "tag", hashtags(a, s, i->handle, tags));
	json_object_set_new(object, "attachment", attachments(a, s, p));
	json_object_set_new(object, "sensitive", json_false());
	return object;
}

static const char *type_of(const char *kind)
{
	if (str_eq(kind, "create"))
		return "Create";
	return str_eq(kind, "delete") ? "Delete" : "Update";
}

json_t *vocabulary_activity(struct arena *a, const struct server *s, const struct institution *i,
	const struct entry *e, const struct post *p, const struct post_tag *tags, bool top)
{
	const char *actor = institution_actor(a, s, i->id);
	json_t *activity = json_object(), *object;

	if (top)
		put_context(activity, !p);
	put(activity, "id", activity_url(a, s, e->id));
	put(activity, "type", type_of(e->kind));
	put(activity, "actor", actor);
	put_time(activity, "published", e->at);
	put_audience(a, activity, actor, e->audience);
	object = p ? vocabulary_post(a, s, i, p, tags, false) : vocabulary_actor(a, s, i);
	json_object_del(object, "@context");
	json_object_set_new(activity, "object", object);
	return activity;
}

json_t *vocabulary_accept(struct arena *a, const struct server *s, int64_t institution,
	int64_t parcel, const char *follow_id, const char *follower)
{
	const char *actor = institution_actor(a, s, institution);
	json_t *accept = json_object(), *follow = json_object();

	put(accept, "@context", "https://www.w3.org/ns/activitystreams");
	put(accept, "id", arena_printf(a, "%s#accept-%lld", actor, (long long)parcel));
	put(accept, "type", "Accept");
	put(accept, "actor", actor);
	put(follow, "id", follow_id);
	put(follow, "type", "Follow");
	put(follow, "actor", follower);
	put(follow, "object", actor);
	json_object_set_new(accept, "object", follow);
	return accept;
}
