/* An item while it is read, and what is made of it: which text is the fullest, which address is its
 * own, what it is known by. */
#include "kit/feed/draft.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/str.h"
#include "kit/feed/html.h"
#include "kit/feed/media.h"
#include "kit/feed/own.h"
#include "kit/feed/text.h"
#include "kit/feed/url.h"

#define ARENA_MAX   (16 * FEED_HTML_MAX)
#define ESCAPES_MAX 2 /* times that HTML was escaped too often */

int draft_begin(struct draft *d)
{
	draft_done(d);
	memset(d, 0, sizeof *d);
	d->arena = arena_new(ARENA_MAX);
	return d->arena ? 0 : ERR_MEMORY;
}

void draft_done(struct draft *d)
{
	arena_free(d->arena);
	d->arena = NULL;
}

void draft_set(struct draft *d, const char **slot, const char *value)
{
	char *trimmed = *slot || !value ? NULL : str_trim(d->arena, value);

	if (trimmed && *trimmed)
		*slot = trimmed;
}

void draft_text(struct draft *d, struct written *slot, const struct written *w)
{
	if (slot->text || !w->text)
		return;
	*slot = *w;
	slot->text = arena_copy(d->arena, w->text, w->len);
	slot->base = arena_strdup(d->arena, w->base);
}

/* "press@example.uz (Aziza Karimova)" and "Aziza Karimova <press@example.uz>" to the name; an
 * address alone is nobody's name. */
void draft_author(struct draft *d, const char *value)
{
	char *name =
		value ? feed_plain(d->arena, value, strlen(value), false, FEED_TITLE_MAX) : NULL;
	char *at = name ? strchr(name, '@') : NULL;
	char *from = at ? strchr(at, '(') : NULL, *to = at ? strchr(name, '<') : NULL;

	if (from) {
		name = from + 1;
		name[strcspn(name, ")")] = '\0';
	} else if (to && to < at) {
		*to = '\0';
	} else if (at && !strchr(name, ' ')) {
		return;
	}
	draft_set(d, &d->author, name);
}

void draft_category(struct draft *d, const char *value)
{
	char *name =
		value ? feed_plain(d->arena, value, strlen(value), true, FEED_CATEGORY_MAX) : NULL;

	if (!name || d->category_count == FEED_CATEGORIES_MAX)
		return;
	for (size_t i = 0; i < d->category_count; i++)
		if (strcmp(d->categories[i], name) == 0)
			return;
	d->categories[d->category_count++] = name;
}

struct feed_media *draft_media(struct draft *d, const char *url, const char *kind)
{
	struct feed_media *m;

	if (!url || !*url || d->media_count == FEED_MEDIA_MAX)
		return NULL;
	m = &d->media[d->media_count++];
	*m = (struct feed_media){0};
	m->url = arena_strdup(d->arena, url);
	feed_media_kind(d->arena, m, kind);
	return m;
}

/* CDATA marks that were escaped with the text they stand around. */
static void unwrap(struct written *w)
{
	static const char BEGIN[] = "<![CDATA[", END[] = "]]>";
	size_t begin = strlen(BEGIN), end = strlen(END);

	while (w->len && strchr(" \t\n", *w->text)) {
		w->text++;
		w->len--;
	}
	while (w->len && strchr(" \t\n", w->text[w->len - 1]))
		w->len--;
	if (w->len >= begin && memcmp(w->text, BEGIN, begin) == 0) {
		w->text += begin;
		w->len -= begin;
	}
	if (w->len >= end && memcmp(w->text + w->len - end, END, end) == 0)
		w->len -= end;
}

/* The text as its writer meant it: escaped once, without marks that are not its own. */
static void settle(struct draft *d, struct written *w)
{
	if (!w->text)
		return;
	if (!w->plain) {
		unwrap(w);
		for (int i = 0; i < ESCAPES_MAX && feed_is_escaped(w->text, w->len); i++) {
			const char *text = feed_unescape(d->arena, w->text, w->len, &w->len);

			w->text = text ? text : "";
			w->len = text ? w->len : 0;
			unwrap(w);
		}
	}
	if (!w->len)
		w->text = NULL;
}

static const char *plain(struct draft *d, const struct written *w, size_t max)
{
	return w->text ? feed_plain(d->arena, w->text, w->len, !w->plain, max) : NULL;
}

static struct feed_media *medium_at(struct draft *d, const char *url)
{
	for (size_t i = 0; i < d->media_count; i++)
		if (strcmp(d->media[i].url, url) == 0)
			return &d->media[i];
	return NULL;
}

static void on_picture(void *arg, const char *url, const char *alt)
{
	struct draft *d = arg;
	struct feed_media *m;

	if (!feed_url_is_web(url))
		return;
	m = medium_at(d, url);
	if (!m)
		m = draft_media(d, url, "image");
	if (!m)
		return;
	m->inside |= d->is_shown;
	if (!m->alt && *alt)
		m->alt = arena_strdup(d->arena, alt);
}

/* HTML with its links and pictures mended; NULL when it is too long or nothing is left. shown: it
 * is what the item is to hand on; else only its pictures are wanted. */
static const char *mended(struct draft *d, const struct written *w, const char *base, bool shown)
{
	AUTO(buf_done) struct buf whole = BUF(2 * FEED_HTML_MAX), out = BUF(FEED_HTML_MAX);
	const char *text = w->text;
	size_t len = w->len;

	if (w->plain || !feed_has_tags(text, len)) {
		feed_paragraphs(text, len, w->plain, w->plain, &whole);
		text = buf_text(&whole);
		len = whole.len;
	}
	d->is_shown = shown;
	if (whole.failed ||
		feed_html_mend(text, len, w->base ? w->base : base, &out, on_picture, d) < 0) {
		d->too_long |= shown;
		return NULL;
	}
	while (out.len && strchr(" \t\n", out.data[out.len - 1]))
		out.len--;
	return shown && out.len ? arena_copy(d->arena, out.data, out.len) : NULL;
}

static size_t weight(const struct written *w)
{
	return w->text ? feed_text_count(w->text, w->len) : 0;
}

/* The content, unless it is a teaser and the description the whole. */
static void take_texts(struct draft *d, const char *base, struct feed_item *item)
{
	struct written *rows[] = {&d->content, &d->summary, &d->caption};
	const struct written *full = &d->content, *brief = NULL;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		settle(d, rows[i]);
		if (rows[i]->text && (!full->text || weight(rows[i]) > weight(full)))
			full = rows[i];
	}
	for (size_t i = 0; i < LENGTH(rows) && !brief; i++)
		if (rows[i] != full && rows[i]->text && weight(rows[i]) < weight(full))
			brief = rows[i];
	if (full->text)
		item->html = mended(d, full, base, true);
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (rows[i] != full && rows[i]->text && !rows[i]->plain)
			mended(d, rows[i], base, false);
	if (brief)
		item->summary = plain(d, brief, FEED_SUMMARY_MAX);
}

static const char *web_or_null(const char *url)
{
	return feed_url_is_web(url) ? url : NULL;
}

static const char *find_link(struct draft *d, const char *base)
{
	const char *const ways[] = {d->original, d->link, d->id_is_link ? d->id : NULL, d->about,
		web_or_null(d->id), d->comments};
	char *url = NULL;

	for (size_t i = 0; i < LENGTH(ways) && !url; i++)
		url = feed_url_web(d->arena, base, ways[i]);
	return url;
}

/* Addresses made absolute; what cannot be fetched goes, and what is named twice is one. */
static void take_media(struct draft *d, const char *base)
{
	size_t count = d->media_count;

	d->media_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct feed_media m = d->media[i], *same;

		m.url = feed_url_web(d->arena, base, m.url);
		same = m.url ? medium_at(d, m.url) : NULL;
		if (same) {
			same->alt = same->alt ? same->alt : m.alt;
			same->bytes = same->bytes ? same->bytes : m.bytes;
			same->thumbnail &= m.thumbnail;
		} else if (m.url) {
			d->media[d->media_count++] = m;
		}
	}
}

static void hash_text(crypto_hash_sha256_state *state, const char *s, size_t len)
{
	/* With the NUL, so that what ends one cannot begin the next. */
	crypto_hash_sha256_update(state, (const unsigned char *)s, len);
	crypto_hash_sha256_update(state, (const unsigned char *)"", 1);
}

static const char *digest_id(struct arena *a, crypto_hash_sha256_state *state)
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	char hex[2 * sizeof digest + 1];

	crypto_hash_sha256_final(state, digest);
	str_hex(digest, sizeof digest, hex);
	return arena_printf(a, "sha256:%s", hex);
}

/* What has no name is known by what it says, as it was written: that does not change when this code
 * learns to mend more. */
static const char *said(struct draft *d)
{
	const struct written *rows[] = {&d->title, &d->content, &d->summary, &d->caption};
	size_t used = d->title.text && d->published_ms ? 1 : LENGTH(rows);
	crypto_hash_sha256_state state;
	char date[24];

	crypto_hash_sha256_init(&state);
	snprintf(date, sizeof date, "%lld", (long long)d->published_ms);
	hash_text(&state, date, strlen(date));
	for (size_t i = 0; i < used; i++)
		if (rows[i]->text)
			hash_text(&state, rows[i]->text, rows[i]->len);
	if (!d->title.text && d->media_count)
		hash_text(&state, d->media[0].url, strlen(d->media[0].url));
	return digest_id(d->arena, &state);
}

static const char *find_id(struct draft *d, const char *link)
{
	const char *name = d->id ? d->id : d->about;
	crypto_hash_sha256_state state;

	if (!name)
		name = link;
	if (name)
		name = feed_plain(d->arena, name, strlen(name), false, strlen(name));
	if (!name)
		return said(d);
	if (strlen(name) <= FEED_ID_MAX)
		return name;
	crypto_hash_sha256_init(&state);
	hash_text(&state, name, strlen(name));
	return digest_id(d->arena, &state);
}

bool draft_finish(struct draft *d, const struct feed *f, struct feed_item *ret)
{
	bool told = d->base || f->base || f->head.format == FEED_ATOM;
	const char *base = d->base ? d->base : feed_base(f);
	struct feed_item item = {.arena = d->arena,
		.author = d->author,
		.lang = d->lang ? d->lang : f->head.lang,
		.published_ms = d->published_ms,
		.updated_ms = d->updated_ms};

	item.link = find_link(d, base);
	item.id = find_id(d, item.link);
	settle(d, &d->title);
	item.title = plain(d, &d->title, FEED_TITLE_MAX);
	take_media(d, base);
	/* Where no standard and no xml:base says so, links are seen from the item's page. */
	take_texts(d, told || !item.link ? base : item.link, &item);
	item.categories = d->categories;
	item.category_count = d->category_count;
	item.media = d->media;
	item.media_count = d->media_count;
	item.too_long = d->too_long;
	if (!item.title && !item.html && !item.summary && !item.media_count)
		return false;
	if (!item.id || arena_failed(d->arena))
		return false;
	*ret = item;
	return true;
}
