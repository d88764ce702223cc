/* RSS and Atom. A stack of open elements, each with the place it is for those inside; what they
 * mean stands in kit/feed/names.c. The text of one field is collected at a time, and elements
 * inside it are its markup. */
#include "kit/feed/elements.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "kit/feed/date.h"
#include "kit/feed/draft.h"
#include "kit/feed/names.h"
#include "kit/feed/own.h"
#include "kit/feed/text.h"
#include "kit/feed/url.h"
#include "kit/feed/xml.h"

#define DEPTH_MAX     (FEED_DEPTH_MAX + 1)
#define SCRATCH_MAX   (4 * MIB)
#define SCRATCH_AGAIN (256 * KIB) /* past this the next element begins with an empty one */

struct frame {
	enum place place;
	enum field field;
};

struct elements {
	struct feed *feed;
	struct draft draft;
	bool in_item;
	struct frame frames[DEPTH_MAX];
	int depth;
	int collecting;  /* depth of the field whose text is collected; 0: none */
	bool plain;      /* of that text: no HTML, by its own word */
	bool escape;     /* characters of it are characters, not HTML */
	char *text_base; /* of that text, in scratch, or NULL */
	char *id_kind;   /* isPermaLink */
	struct buf text;
	int medium; /* the one whose description may follow, by its place; -1: none */
	struct arena *scratch;
};

int elements_new(struct feed *f, struct elements **ret)
{
	struct elements *e = calloc(1, sizeof *e);

	if (!e)
		return ERR_MEMORY;
	e->feed = f;
	buf_init(&e->text, FEED_HTML_MAX);
	*ret = e;
	return 0;
}

void elements_free(struct elements *e)
{
	if (!e)
		return;
	draft_done(&e->draft);
	buf_done(&e->text);
	arena_free(e->scratch);
	free(e);
}

static int renew(struct elements *e)
{
	if (e->scratch && (e->collecting || arena_used(e->scratch) < SCRATCH_AGAIN) &&
		!arena_failed(e->scratch))
		return 0;
	arena_free(e->scratch);
	e->text_base = e->id_kind = NULL;
	e->scratch = arena_new(SCRATCH_MAX);
	return e->scratch ? 0 : ERR_MEMORY;
}

static char *attribute(struct elements *e, const struct xml_tag *tag, const char *name)
{
	return xml_attribute(tag, e->scratch, NULL, name);
}

/* xml:base as seen from outer; NULL when there is none. */
static char *own_base(struct elements *e, const struct xml_tag *tag, const char *outer)
{
	return feed_url_web(e->scratch, outer, xml_attribute(tag, e->scratch, "xml", "base"));
}

static const char *outer_base(const struct elements *e)
{
	return e->in_item && e->draft.base ? e->draft.base : feed_base(e->feed);
}

static void begin_item(struct elements *e, const struct xml_tag *tag)
{
	struct draft *d = &e->draft;

	if (draft_begin(d) < 0) {
		feed_fail(e->feed, ERR_MEMORY, "There is not enough memory to read the feed.");
		return;
	}
	draft_set(d, &d->base, own_base(e, tag, feed_base(e->feed)));
	draft_set(d, &d->about, xml_attribute(tag, e->scratch, "rdf", "about"));
	d->lang = feed_lang(d->arena, xml_attribute(tag, e->scratch, "xml", "lang"));
	e->in_item = true;
	e->medium = -1;
}

static void begin_feed(struct elements *e, const struct xml_tag *tag)
{
	feed_set(e->feed, &e->feed->base, own_base(e, tag, feed_base(e->feed)));
	feed_set_lang(e->feed, xml_attribute(tag, e->scratch, "xml", "lang"));
}

static void add_medium(struct elements *e, const struct xml_tag *tag, const char *url,
	const char *kind, bool thumbnail)
{
	struct feed_media *m = draft_media(&e->draft, url, kind);
	const char *bytes = attribute(e, tag, "length");

	if (!m)
		return;
	if (!bytes)
		bytes = attribute(e, tag, "fileSize");
	if (!bytes || !str_to_int64(bytes, &m->bytes))
		m->bytes = 0;
	m->thumbnail = thumbnail;
}

static void begin_media(struct elements *e, const struct xml_tag *tag)
{
	const char *kind = attribute(e, tag, "type");
	size_t before = e->draft.media_count;

	if (!kind)
		kind = attribute(e, tag, "medium");
	add_medium(e, tag, attribute(e, tag, "url"), kind, false);
	e->medium = e->draft.media_count > before ? (int)before : -1;
}

/* Atom's link (RFC 4287 section 4.2.7), and RSS's where somebody wrote it in that way. */
static void begin_link(struct elements *e, const struct xml_tag *tag, const char *href)
{
	const char *rel = attribute(e, tag, "rel"), *type = attribute(e, tag, "type");
	struct feed *f = e->feed;

	if (!rel || strcasecmp(rel, "alternate") == 0) {
		bool page = !type || strstr(type, "html");

		if (page && e->in_item)
			draft_set(&e->draft, &e->draft.link, href);
		else if (page)
			feed_set_url(f, &f->head.link, feed_base(f), href);
	} else if (e->in_item) {
		if (strcasecmp(rel, "enclosure") == 0)
			add_medium(e, tag, href, type, false);
	} else if (strcasecmp(rel, "self") == 0) {
		feed_set_url(f, &f->head.self, feed_base(f), href);
	} else if (strcasecmp(rel, "hub") == 0) {
		feed_add_hub(f, href);
	}
}

static void begin_picture(struct elements *e, const struct xml_tag *tag)
{
	const char *href = attribute(e, tag, "href");

	if (e->in_item)
		add_medium(e, tag, href, "image", true);
	else
		feed_set_url(e->feed, &e->feed->head.picture, feed_base(e->feed), href);
}

/* What the type of Atom's content says of its text (section 4.1.3.1). False for what is no text. */
static bool read_type(struct elements *e, const struct xml_tag *tag)
{
	const char *type = attribute(e, tag, "type");

	e->plain = type && (strcasecmp(type, "text") == 0 || strcasecmp(type, "text/plain") == 0 ||
				   strcasecmp(type, "plain") == 0);
	e->escape = type && (strcasecmp(type, "xhtml") == 0 ||
				    strcasecmp(type, "application/xhtml+xml") == 0);
	return !type || !strchr(type, '/') || strncasecmp(type, "text/", 5) == 0 ||
	       str_ends(type, "+xml");
}

/* The text of this element is collected until it ends. */
static enum place begin_text(struct elements *e, const struct xml_tag *tag, enum field field)
{
	e->plain = e->escape = false;
	if ((field == F_CONTENT || field == F_SUMMARY || field == F_TITLE) && !read_type(e, tag))
		return IN_NOTHING;
	e->escape |= names_ns(e->feed->head.format, tag) == NS_XHTML;
	e->text_base = own_base(e, tag, outer_base(e));
	e->id_kind = field == F_ID ? attribute(e, tag, "isPermaLink") : NULL;
	e->collecting = e->depth;
	buf_clear(&e->text);
	return IN_TEXT;
}

/* Fields that are said in attributes alone; what else, their text will say. */
static enum place begin_field(struct elements *e, const struct xml_tag *tag, enum field field)
{
	const char *value;

	switch (field) {
	case F_NONE:
		return IN_NOTHING;
	case F_FEED:
		begin_feed(e, tag);
		return IN_FEED;
	case F_ITEM:
		begin_item(e, tag);
		return IN_ITEM;
	case F_IMAGE:
		return IN_IMAGE;
	case F_PERSON:
		return IN_PERSON;
	case F_GROUP:
		return IN_MEDIA;
	case F_MEDIA:
		begin_media(e, tag);
		return IN_MEDIA;
	case F_THUMBNAIL:
		add_medium(e, tag, attribute(e, tag, "url"), "image", true);
		return IN_NOTHING;
	case F_ENCLOSURE:
		value = attribute(e, tag, "url");
		add_medium(e, tag, value ? value : attribute(e, tag, "href"),
			attribute(e, tag, "type"), false);
		return IN_NOTHING;
	case F_PICTURE:
		begin_picture(e, tag);
		return IN_NOTHING;
	case F_LINK:
		value = attribute(e, tag, "href");
		if (!value)
			break;
		begin_link(e, tag, value);
		return IN_NOTHING;
	case F_CATEGORY:
		value = attribute(e, tag, "label");
		if (!value)
			value = attribute(e, tag, "term");
		if (!value)
			break;
		draft_category(&e->draft, value);
		return IN_NOTHING;
	default:
		break;
	}
	return begin_text(e, tag, field);
}

/* A feed's own address as its identifier, or the link under another name. */
static void end_id(struct elements *e, const char *text)
{
	draft_set(&e->draft, &e->draft.id, text);
	e->draft.id_is_link = e->feed->head.format != FEED_ATOM &&
			      !(e->id_kind && strcasecmp(e->id_kind, "false") == 0) &&
			      feed_url_is_web(e->draft.id);
}

static void end_head_field(struct elements *e, enum field field, const char *text)
{
	struct feed *f = e->feed;

	if (field == F_TITLE)
		feed_set_plain(f, &f->head.title, text, FEED_TITLE_MAX);
	else if (field == F_SUMMARY)
		feed_set_plain(f, &f->head.description, text, FEED_SUMMARY_MAX);
	else if (field == F_LINK)
		feed_set_site(f, text);
	else if (field == F_PICTURE_URL)
		feed_set_url(f, &f->head.picture, feed_base(f), text);
	else if (field == F_LANG)
		feed_set_lang(f, text);
}

/* What is said inside of media:content is about that picture. */
static void end_caption(struct elements *e, enum field field, const struct written *w)
{
	struct feed_media *m = e->medium >= 0 ? &e->draft.media[e->medium] : NULL;

	if (m && !m->alt)
		m->alt = feed_plain(e->draft.arena, w->text, w->len, true, FEED_TITLE_MAX);
	else if (field == F_CAPTION)
		draft_text(&e->draft, &e->draft.caption, w);
}

static void end_item_field(struct elements *e, enum field field, const struct written *w)
{
	struct draft *d = &e->draft;
	int zone = e->feed->options.zone_minutes;

	switch (field) {
	case F_TITLE:
		draft_text(d, &d->title, w);
		break;
	case F_CONTENT:
		draft_text(d, &d->content, w);
		break;
	case F_SUMMARY:
		draft_text(d, &d->summary, w);
		break;
	case F_CAPTION:
	case F_ALT:
		end_caption(e, field, w);
		break;
	case F_LINK:
		draft_set(d, &d->link, w->text);
		break;
	case F_ID:
		end_id(e, w->text);
		break;
	case F_ORIGINAL:
		draft_set(d, &d->original, w->text);
		break;
	case F_COMMENTS:
		draft_set(d, &d->comments, w->text);
		break;
	case F_PICTURE_URL:
		draft_media(d, str_trim(e->scratch, w->text), "image");
		break;
	case F_LANG:
		if (!d->lang)
			d->lang = feed_lang(d->arena, w->text);
		break;
	case F_AUTHOR:
		draft_author(d, w->text);
		break;
	case F_CATEGORY:
		draft_category(d, w->text);
		break;
	case F_PUBLISHED:
		if (!d->published_ms)
			d->published_ms = feed_date(w->text, zone);
		break;
	case F_UPDATED:
		if (!d->updated_ms)
			d->updated_ms = feed_date(w->text, zone);
		break;
	default:
		break;
	}
}

static void end_text(struct elements *e)
{
	struct written w = {.text = buf_text(&e->text),
		.len = e->text.len,
		.plain = e->plain,
		.base = e->text_base};
	enum field field = e->frames[e->collecting - 1].field;

	e->collecting = 0;
	if (e->text.failed) {
		e->draft.too_long |= e->in_item;
		return;
	}
	if (!w.text[strspn(w.text, " \t\n")])
		return; /* an empty element says nothing */
	if (e->in_item)
		end_item_field(e, field, &w);
	else
		end_head_field(e, field, w.text);
}

static bool is_void(const char *name)
{
	static const char *const NAMES[] = {"br", "hr", "img", "input", "wbr", "col", "area",
		"embed", "source", "track", "param", "link", "meta"};

	for (size_t i = 0; i < LENGTH(NAMES); i++)
		if (strcasecmp(NAMES[i], name) == 0)
			return true;
	return false;
}

/* An element inside a text, as the markup it is. */
static void write_start(struct elements *e, const struct xml_tag *tag)
{
	buf_addf(&e->text, "<%s", tag->name);
	for (int i = 0; i < tag->count; i++) {
		const char *name;
		char *value = xml_attribute_at(tag, e->scratch, i, &name);

		if (!name || !value)
			continue;
		buf_addf(&e->text, " %s=\"", name);
		feed_escape(value, strlen(value), &e->text);
		buf_addc(&e->text, '"');
	}
	buf_addc(&e->text, '>');
}

/* Fields whose text may hold markup. */
static bool is_rich(enum field field)
{
	return field == F_TITLE || field == F_CONTENT || field == F_SUMMARY || field == F_CAPTION;
}

/* Fields that begin inside of a text: its end tag was forgotten. Those that HTML has elements of
 * the same name for are taken for markup. */
static enum field field_inside(struct elements *e, const struct xml_tag *tag)
{
	enum feed_ns ns = names_ns(e->feed->head.format, tag);
	enum field outer = e->frames[e->collecting - 1].field;
	bool markup = feed_is_element(tag->name, strlen(tag->name));

	if (!e->in_item || ns == NS_XHTML || e->escape ||
		(markup && is_rich(outer) && outer != F_TITLE))
		return F_NONE;
	return names_field(IN_ITEM, ns, tag->name);
}

static enum place begin_inside(struct elements *e, const struct xml_tag *tag, enum field *ret)
{
	*ret = field_inside(e, tag);
	if (*ret == F_NONE) {
		if (is_rich(e->frames[e->collecting - 1].field))
			write_start(e, tag);
		return IN_TEXT;
	}
	end_text(e);
	return begin_field(e, tag, *ret);
}

void elements_start(struct elements *e, const struct xml_tag *tag)
{
	enum place outer = e->depth ? e->frames[e->depth - 1].place : IN_NOTHING;
	struct frame *f;

	if (e->feed->rc)
		return;
	assert(e->depth < DEPTH_MAX); /* kit/feed/mend.h holds to FEED_DEPTH_MAX */
	if (renew(e) < 0) {
		feed_fail(e->feed, ERR_MEMORY, "There is not enough memory to read the feed.");
		return;
	}
	f = &e->frames[e->depth++];
	f->field = F_NONE;
	if (e->depth == 1) {
		e->feed->head.format = names_format(tag->name);
		f->field = F_FEED;
		f->place = begin_field(e, tag, F_FEED);
	} else if (outer == IN_TEXT && e->collecting) {
		f->place = begin_inside(e, tag, &f->field);
	} else {
		/* A field that was ended by another is still open: what follows stands beside it.
		 */
		outer = outer == IN_TEXT ? (e->in_item ? IN_ITEM : IN_FEED) : outer;
		f->field = names_field(outer, names_ns(e->feed->head.format, tag), tag->name);
		f->place = begin_field(e, tag, f->field);
	}
}

void elements_end(struct elements *e, const struct xml_tag *tag, int line)
{
	struct frame *f;

	if (e->feed->rc)
		return;
	assert(e->depth);
	f = &e->frames[e->depth - 1];
	if (e->collecting == e->depth)
		end_text(e);
	else if (e->collecting && is_rich(e->frames[e->collecting - 1].field) &&
		 !is_void(tag->name))
		buf_addf(&e->text, "</%s>", tag->name);
	if (f->field == F_MEDIA)
		e->medium = -1;
	e->depth--;
	if (f->field != F_ITEM)
		return;
	e->in_item = false;
	feed_hand_on(e->feed, &e->draft, line);
	draft_done(&e->draft);
}

void elements_add(struct elements *e, const char *p, size_t len)
{
	if (e->feed->rc || !e->collecting)
		return;
	if (e->escape)
		feed_escape(p, len, &e->text);
	else
		buf_add(&e->text, p, len);
}

bool elements_in_item(const struct elements *e)
{
	return e->in_item;
}
