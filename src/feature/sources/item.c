#include "feature/sources/item.h"

#include <string.h>

#include "base/str.h"
#include "core/limits.h"
#include "kit/crypto/key.h"
#include "kit/html/hashtag.h"
#include "kit/html/sanitize.h"
#include "kit/html/template.h"

#define TAG_CHARS_MAX 50

static bool has_any(const char *text, const char *letters)
{
	for (const char *p = text; *p;) {
		uint32_t c = str_utf8_next(&p);

		for (const char *q = letters; *q;)
			if (str_utf8_next(&q) == c)
				return true;
	}
	return false;
}

static bool is_mostly_cyrillic(const char *text)
{
	int cyrillic = 0, latin = 0;

	for (const char *p = text; *p;) {
		uint32_t c = str_utf8_next(&p);

		cyrillic += c >= 0x400 && c < 0x530;
		latin += (c | 32) >= 'a' && (c | 32) <= 'z';
	}
	return cyrillic > latin;
}

/* How many of the words, which stand between spaces, are in the text. */
static int count_words(const char *text, const char *const *words)
{
	int n = 0;

	for (; *words; words++) {
		size_t len = strlen(*words);

		for (const char *p = text; (p = strstr(p, *words)); p += len)
			n += (p == text || p[-1] == ' ' || p[-1] == '\n') &&
			     (!p[len] || strchr(" ,.:;\n", p[len]));
	}
	return n;
}

/* Cyrillic text is Uzbek or Russian: by the letters that only one of them has, else by the small
 * words that no text does without. */
static bool is_russian(const char *text)
{
	static const char *const RUSSIAN[] = {"и", "в", "на", "по", "с", "не", "для", "что", "из",
		"к", "о", "от", "за", "до", "при", "это", "как", NULL};
	static const char *const UZBEK[] = {"ва", "билан", "учун", "бир", "бу", "да", "эди", "эса",
		"ушбу", "шу", "кун", "сентябрь", NULL};

	if (has_any(text, "ўқғҳЎҚҒҲ"))
		return false;
	if (has_any(text, "ыщЫЩ"))
		return true;
	return count_words(text, RUSSIAN) > count_words(text, UZBEK);
}

static bool is_guessed(const char *lang)
{
	return str_starts(lang, "uz") || str_eq(lang, "ru") || str_eq(lang, "en") || !*lang;
}

/* Sites often say one language for all that they publish, so the letters have the last word among
 * those that we tell apart. */
const char *item_language(const char *text, const char *told, const char *fallback)
{
	const char *said = told && *told ? told : fallback;

	if (!is_guessed(said))
		return said;
	if (is_mostly_cyrillic(text))
		return is_russian(text) ? "ru" : "uz-Cyrl";
	return str_eq(said, "en") ? "en" : "uz";
}

/* "Social protection" as people write hashtags. NULL for what is none. */
static const char *tag_name(struct arena *a, const char *category)
{
	char *name = str_trim(a, category);
	size_t len = name ? strlen(name) : 0;

	if (len == 0 || str_utf8_count(name) > TAG_CHARS_MAX || strspn(name, "0123456789") == len)
		return NULL;
	for (char *p = name; *p; p++) {
		if (*p == ' ' || *p == '-')
			*p = '_';
		else if (strchr("#,.;:/\\&'\"()<>!?", *p))
			return NULL;
	}
	return name;
}

static const struct post_tag *read_tags(struct arena *a, const struct feed_item *from)
{
	struct post_tag *list = arena_array(a, ITEM_TAGS_MAX + 1, sizeof(*list));
	int n = 0;

	for (size_t i = 0; list && i < from->category_count && n < ITEM_TAGS_MAX; i++) {
		const char *name = tag_name(a, from->categories[i]);
		const char *folded = name ? hashtag_fold(a, name, strlen(name)) : NULL;
		bool known = !folded;

		for (int k = 0; !known && k < n; k++)
			known = str_eq(list[k].folded, folded);
		if (!known)
			list[n++] = (struct post_tag){name, folded};
	}
	return list;
}

/* Where it stands on the institution's own site, and its hashtags, as our own Markdown writes them.
 */
static void add_end(struct ctx *cx, const struct institution *i, const struct feed_item *from,
	const struct post_tag *tags, struct buf *out)
{
	if (from->link) {
		buf_adds(out, "<p><a href=\"");
		html_escape(out, from->link);
		buf_adds(out, "\" rel=\"nofollow noopener noreferrer\">");
		html_escape(out, from->link);
		buf_adds(out, "</a></p>");
	}
	if (tags && tags->name)
		buf_adds(out, "<p>");
	for (const struct post_tag *t = tags; t && t->name; t++) {
		buf_addf(out,
			"%s<a href=\"%s/@%s/tag/%s\" class=\"mention hashtag\" rel=\"tag\">#<span>",
			t == tags ? "" : " ", cx->server->origin, i->handle,
			str_url_encode(cx->arena, t->folded, ""));
		html_escape(out, t->name);
		buf_adds(out, "</span></a>");
	}
	if (tags && tags->name)
		buf_adds(out, "</p>");
}

static const char *cut_title(struct arena *a, const char *title)
{
	const char *p = title;

	for (size_t n = 0; *p && n < TITLE_MAX_CHARS - 1; n++)
		str_utf8_next(&p);
	return *p ? arena_printf(a, "%.*s…", (int)(p - title), title) : title;
}

static int read_html(struct ctx *cx, const struct institution *i, const struct feed_item *from,
	const struct post_tag *tags, const char **ret)
{
	AUTO(buf_done) struct buf body = BUF(HTML_MAX), out = BUF(HTML_MAX);
	int rc = 0;

	if (from->html) {
		rc = sanitize_html(from->html, strlen(from->html), &body, &cx->err);
	} else if (from->summary) {
		buf_adds(&body, "<p>");
		html_escape(&body, from->summary);
		buf_adds(&body, "</p>");
	}
	if (rc < 0)
		return rc;
	if (body.len == 0 && !from->title)
		return ctx_fail(cx, ERR_INVALID, "it has neither a title nor a text");
	buf_add(&out, buf_text(&body), body.len);
	add_end(cx, i, from, tags, &out);
	if (body.failed || out.failed)
		return ctx_fail(
			cx, ERR_TOO_LARGE, "its text is too long: at most %d KiB", HTML_MAX / 1024);
	*ret = arena_strdup(cx->arena, buf_text(&out));
	return *ret ? 0 : ctx_fail(cx, ERR_MEMORY, "not enough memory");
}

/* Thumbnails are passed over when the picture itself is there. */
static const struct feed_media *const *choose_pictures(
	struct arena *a, const struct feed_item *from)
{
	const struct feed_media **list = arena_array(a, POST_MEDIA_MAX + 1, sizeof(*list));
	int n = 0;

	for (int thumbnails = 0; list && thumbnails < 2; thumbnails++)
		for (size_t i = 0; i < from->media_count && n < POST_MEDIA_MAX; i++) {
			const struct feed_media *m = &from->media[i];
			bool known = m->kind != FEED_PICTURE || m->thumbnail != (thumbnails == 1) ||
				     (thumbnails == 1 && n > 0);

			for (int k = 0; !known && k < n; k++)
				known = str_eq(list[k]->url, m->url);
			if (!known)
				list[n++] = m;
		}
	return list;
}

static void hash_of(struct arena *a, const struct item *item, unsigned char out[SOURCE_HASH])
{
	AUTO(buf_done) struct buf all = BUF(2 * HTML_MAX);

	(void)a;
	buf_adds(&all, item->variant.title ? item->variant.title : "");
	buf_addc(&all, 0);
	buf_adds(&all, item->variant.html);
	buf_addc(&all, 0);
	buf_adds(&all, item->variant.lang);
	for (const struct feed_media *const *m = item->pictures; m && *m; m++) {
		buf_addc(&all, 0);
		buf_adds(&all, (*m)->url);
	}
	digest_sha256(all.data, all.len, out);
}

/* What it says without its tags and addresses, for its letters. */
static const char *plain_text(struct ctx *cx, const struct feed_item *from)
{
	AUTO(buf_done) struct buf body = BUF(HTML_MAX);
	struct err err = {0};

	if (from->html && html_to_text(from->html, strlen(from->html), &body, &err) < 0)
		body.len = 0;
	return arena_printf(cx->arena, "%s %s %s", from->title ? from->title : "",
		from->summary ? from->summary : "", body.len ? buf_text(&body) : "");
}

int item_make(struct ctx *cx, const struct institution *i, const char *lang,
	const struct feed_item *from, struct item *ret)
{
	const struct post_tag *tags = read_tags(cx->arena, from);
	const char *html = NULL, *told = from->lang ? from->lang : lang;
	int rc = tags ? read_html(cx, i, from, tags, &html)
		      : ctx_fail(cx, ERR_MEMORY, "not enough memory");
	const char *text;

	if (rc < 0)
		return rc;
	*ret = (struct item){
		.published_at = from->published_ms ? from->published_ms : from->updated_ms,
		.label = from->title  ? from->title
			 : from->link ? from->link
				      : from->id};
	text = plain_text(cx, from);
	ret->pictures = choose_pictures(cx->arena, from);
	if (!text || !ret->pictures)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	ret->variant = (struct variant_input){
		.lang = item_language(text, told,
			arena_copy(cx->arena, i->languages, strcspn(i->languages, " "))),
		.title = from->title ? cut_title(cx->arena, from->title) : NULL,
		.text = html,
		.html = html,
		.tags = tags};
	digest_sha256(from->id, strlen(from->id), ret->key.key);
	hash_of(cx->arena, ret, ret->key.hash);
	return 0;
}
