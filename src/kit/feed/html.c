/* Links and pictures of an item's HTML. A walk from tag to tag, not a tree: what comes out is
 * parsed by the sanitizer in any case, so whether both see the same tags decides no question of
 * safety, and here it costs one pass and no memory. */
#include "kit/feed/html.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "kit/feed/feed.h"
#include "kit/feed/text.h"
#include "kit/feed/url.h"

#define ATTRIBUTES_MAX 32             /* of a tag; further ones are dropped */
#define SCRATCH_MAX    (4 * MIB)      /* bytes */
#define SCRATCH_AGAIN  (256 * KIB)    /* past this the next tag begins with an empty one */
#define ALT_MAX        FEED_TITLE_MAX /* bytes */

struct piece {
	const char *at;
	size_t len;
};

struct attribute {
	struct piece name, value;
};

struct tag {
	struct piece whole, name;
	bool end;
	int count;
	struct attribute attributes[ATTRIBUTES_MAX];
};

struct walk {
	const char *p, *end;
	const char *base;
	struct buf *out;
	struct arena *scratch;
	void (*picture)(void *arg, const char *url, const char *alt);
	void *arg;
	bool in_noscript;
	bool picture_just;  /* nothing to be seen stands since the last picture */
	bool picture_plain; /* and that one stood in <noscript> */
	struct buf last;    /* its address */
	struct buf source;  /* the best of <source> in this <picture> */
};

static bool is(struct piece s, const char *word)
{
	return s.len == strlen(word) && strncasecmp(s.at, word, s.len) == 0;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_' || c == ':';
}

static struct piece read_value(struct walk *w)
{
	struct piece value;
	char quote = 0;

	for (w->p++; w->p < w->end && is_space(*w->p); w->p++)
		;
	if (w->p < w->end && (*w->p == '"' || *w->p == '\''))
		quote = *w->p++;
	value.at = w->p;
	while (w->p < w->end && (quote ? *w->p != quote : !is_space(*w->p) && *w->p != '>'))
		w->p++;
	value.len = (size_t)(w->p - value.at);
	if (quote && w->p < w->end)
		w->p++;
	return value;
}

/* The attributes up to and with ">" (HTML, Tokenization). */
static void read_attributes(struct walk *w, struct tag *t)
{
	while (w->p < w->end && *w->p != '>') {
		struct attribute a = {.name.at = w->p};

		if (!is_name(*w->p)) {
			w->p++;
			continue;
		}
		while (w->p < w->end && is_name(*w->p))
			w->p++;
		a.name.len = (size_t)(w->p - a.name.at);
		while (w->p < w->end && is_space(*w->p))
			w->p++;
		if (w->p < w->end && *w->p == '=')
			a.value = read_value(w);
		if (t->count < ATTRIBUTES_MAX)
			t->attributes[t->count++] = a;
	}
	if (w->p < w->end)
		w->p++;
}

static void read_tag(struct walk *w, struct tag *t)
{
	const char *begin = w->p++;

	t->count = 0;
	t->end = *w->p == '/';
	w->p += t->end;
	t->name.at = w->p;
	while (w->p < w->end && is_name(*w->p))
		w->p++;
	t->name.len = (size_t)(w->p - t->name.at);
	read_attributes(w, t);
	t->whole = (struct piece){begin, (size_t)(w->p - begin)};
}

/* The attribute's value with its references resolved; NULL when it is missing or empty. */
static char *value_of(struct walk *w, const struct tag *t, const char *name)
{
	for (int i = 0; i < t->count; i++) {
		size_t len;

		if (is(t->attributes[i].name, name) && t->attributes[i].value.len)
			return feed_unescape(w->scratch, t->attributes[i].value.at,
				t->attributes[i].value.len, &len);
	}
	return NULL;
}

static void write_attribute(struct walk *w, const char *name, const char *value)
{
	if (!value)
		return;
	buf_addf(w->out, " %s=\"", name);
	feed_escape(value, strlen(value), w->out);
	buf_addc(w->out, '"');
}

static bool is_address(struct piece name)
{
	return is(name, "href") || is(name, "src") || is(name, "poster") || is(name, "cite") ||
	       is(name, "data") || is(name, "action");
}

/* A value as it was written, in double quotes. */
static void write_raw(struct walk *w, struct piece value)
{
	for (size_t i = 0; i < value.len; i++)
		if (value.at[i] == '"')
			buf_adds(w->out, "&quot;");
		else
			buf_addc(w->out, value.at[i]);
}

static void write_tag(struct walk *w, const struct tag *t)
{
	buf_addc(w->out, '<');
	buf_add(w->out, t->name.at, t->name.len);
	for (int i = 0; i < t->count; i++) {
		const struct attribute *a = &t->attributes[i];
		char *url = NULL;
		size_t len;

		if (is_address(a->name) && a->value.len) {
			url = feed_unescape(w->scratch, a->value.at, a->value.len, &len);
			url = feed_url(w->scratch, w->base, url);
		}
		buf_addc(w->out, ' ');
		buf_add(w->out, a->name.at, a->name.len);
		buf_adds(w->out, "=\"");
		if (url)
			feed_escape(url, strlen(url), w->out);
		else
			write_raw(w, a->value);
		buf_addc(w->out, '"');
	}
	buf_addc(w->out, '>');
}

/* A number as "300w" or "1.5x" begin with, in hundredths. */
static long size_of(const char *s)
{
	long n = 0;
	int digits = 0;

	for (; *s >= '0' && *s <= '9' && digits < 6; s++, digits++)
		n = n * 10 + (*s - '0');
	n *= 100;
	if (*s == '.' && s[1] >= '0' && s[1] <= '9')
		n += 10 * (s[1] - '0');
	return n;
}

/* The largest picture of a srcset (HTML, "parse a srcset attribute"), in place; NULL when none. */
static char *best_of(char *set)
{
	char *best = NULL;
	long size = -1;

	while (set && *set) {
		char *url = set + strspn(set, " \t\n,"), *end = url + strcspn(url, " \t\n");
		bool alone = end > url && end[-1] == ','; /* no size is told */
		long told = alone ? 0 : size_of(end + strspn(end, " \t\n"));

		if (end == url)
			break;
		set = alone ? end : end + strcspn(end, ",");
		if (told > size && strncasecmp(url, "data:", 5) != 0) {
			size = told;
			best = url;
			*(alone ? end - 1 : end) = '\0';
		}
	}
	return best;
}

/* An address that a picture can be got from; NULL for "data:" and the like. */
static char *usable(struct walk *w, const char *url)
{
	char *full;

	if (!url || strchr("[{", *url))
		return NULL;
	full = feed_url(w->scratch, w->base, url);
	if (feed_url_is_web(full))
		return full;
	/* Without base a relative one stays. */
	return !full && !w->base && *url ? arena_strdup(w->scratch, url) : NULL;
}

static bool is_placeholder(const char *url)
{
	static const char *const PARTS[] = {"blank.", "placeholder", "spacer", "transparent", "1x1",
		"pixel.", "lazy", "loading.", "loader."};
	const char *name = url ? strrchr(url, '/') : NULL;

	name = name ? name + 1 : url;
	for (size_t i = 0; name && i < LENGTH(PARTS); i++)
		if (strcasestr(name, PARTS[i]))
			return true;
	return false;
}

/* Where the picture is, wherever the page's script was told of it. */
static char *picture_address(struct walk *w, const struct tag *t, bool *ret_lazy)
{
	static const char *const LAZY[] = {
		"data-lazy-src", "data-src", "data-original", "data-lazy", "data-echo"};
	static const char *const SETS[] = {"data-lazy-srcset", "data-srcset", "srcset"};
	char *url = NULL, *src = usable(w, value_of(w, t, "src"));

	*ret_lazy = true;
	for (size_t i = 0; i < LENGTH(LAZY) && !url; i++)
		url = usable(w, value_of(w, t, LAZY[i]));
	if (url)
		return url;
	if (src && !is_placeholder(src)) {
		*ret_lazy = false;
		return src;
	}
	for (size_t i = 0; i < LENGTH(SETS) && !url; i++)
		url = usable(w, best_of(value_of(w, t, SETS[i])));
	if (!url && w->source.len)
		url = arena_strdup(w->scratch, w->source.data);
	return url ? url : src;
}

static bool is_pixel(const char *size)
{
	return size && (strcmp(size, "1") == 0 || strcmp(size, "0") == 0 ||
			       strcmp(size, "1px") == 0 || strcmp(size, "0px") == 0);
}

/* Has this picture just been shown in its other form? */
static bool is_double(const struct walk *w, const char *url, bool lazy)
{
	if (!w->picture_just)
		return false;
	return w->in_noscript || (lazy && w->picture_plain) || strcmp(buf_text(&w->last), url) == 0;
}

static void take_image(struct walk *w, const struct tag *t)
{
	static const char *const KEPT[] = {"title", "width", "height"};
	bool lazy;
	char *url = picture_address(w, t, &lazy), *alt = value_of(w, t, "alt"), *plain;

	if (!url || is_double(w, url, lazy) || is_pixel(value_of(w, t, "width")) ||
		is_pixel(value_of(w, t, "height")))
		return;
	buf_adds(w->out, "<img");
	write_attribute(w, "src", url);
	write_attribute(w, "alt", alt ? alt : "");
	for (size_t i = 0; i < LENGTH(KEPT); i++)
		write_attribute(w, KEPT[i], value_of(w, t, KEPT[i]));
	buf_addc(w->out, '>');
	w->picture_just = true;
	w->picture_plain = w->in_noscript;
	buf_clear(&w->last);
	buf_adds(&w->last, url);
	plain = alt ? feed_plain(w->scratch, alt, strlen(alt), false, ALT_MAX) : NULL;
	w->picture(w->arg, url, plain ? plain : "");
}

/* <source> in <picture>: remembered for an <img> that has no address of its own. */
static void take_source(struct walk *w, const struct tag *t)
{
	char *url = usable(w, best_of(value_of(w, t, "srcset")));

	if (!url)
		url = usable(w, best_of(value_of(w, t, "data-srcset")));
	if (url && !w->source.len)
		buf_adds(&w->source, url);
}

static void take_tag(struct walk *w, const struct tag *t)
{
	if (is(t->name, "noscript")) {
		w->in_noscript = !t->end;
		return;
	}
	if (is(t->name, "script") || is(t->name, "style"))
		return;
	if (is(t->name, "picture")) {
		buf_clear(&w->source); /* the best of them is in <img> */
		return;
	}
	if (is(t->name, "img") || (is(t->name, "image") && !t->end)) {
		take_image(w, t);
		return;
	}
	if (is(t->name, "source") && !value_of(w, t, "src")) {
		take_source(w, t);
		return;
	}
	w->picture_just = false;
	if (t->end || !t->count)
		buf_add(w->out, t->whole.at, t->whole.len);
	else
		write_tag(w, t);
}

static void take_text(struct walk *w, const char *to)
{
	for (const char *p = w->p; p < to && w->picture_just; p++)
		w->picture_just = is_space(*p);
	buf_add(w->out, w->p, (size_t)(to - w->p));
	w->p = to;
}

/* A scratch arena for the next tags. */
static int renew(struct walk *w)
{
	if (w->scratch && arena_used(w->scratch) < SCRATCH_AGAIN)
		return 0;
	arena_free(w->scratch);
	w->scratch = arena_new(SCRATCH_MAX);
	return w->scratch ? 0 : ERR_MEMORY;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A comment, or a mark of CDATA that was put inside of another. */
static size_t passed_mark(const char *s, size_t left)
{
	static const char CDATA[] = "<![CDATA[";

	if (left > 3 && memcmp(s, "<!--", 4) == 0)
		return feed_tag_length(s, left);
	return left >= strlen(CDATA) && memcmp(s, CDATA, strlen(CDATA)) == 0 ? strlen(CDATA) : 0;
}

/* At "<". */
static int markup(struct walk *w)
{
	size_t left = (size_t)(w->end - w->p), passed;
	struct tag t;
	int rc;

	if (left < 3 || (!is_letter(w->p[1]) && !(w->p[1] == '/' && is_letter(w->p[2])))) {
		passed = passed_mark(w->p, left);
		if (passed)
			w->p += passed;
		else
			take_text(w, w->p + 1);
		return 0;
	}
	rc = renew(w);
	if (rc < 0)
		return rc;
	passed = feed_raw_length(w->p, left);
	if (passed) {
		w->p += passed;
		return 0;
	}
	read_tag(w, &t);
	if (w->p[-1] == '>')
		take_tag(w, &t);
	return arena_failed(w->scratch) ? ERR_TOO_LARGE : 0;
}

int feed_html_mend(const char *html, size_t len, const char *base, struct buf *out,
	void (*picture)(void *arg, const char *url, const char *alt), void *arg)
{
	struct walk w = {.p = html,
		.end = html + len,
		.base = base,
		.out = out,
		.picture = picture,
		.arg = arg,
		.last = BUF(FEED_ID_MAX + 1),
		.source = BUF(FEED_ID_MAX + 1)};
	int rc = 0;

	while (w.p < w.end && rc == 0 && !out->failed) {
		const char *next = memchr(w.p, '<', (size_t)(w.end - w.p));

		take_text(&w, next ? next : w.end);
		if (next)
			rc = markup(&w);
	}
	arena_free(w.scratch);
	buf_done(&w.last);
	buf_done(&w.source);
	if (out->failed)
		return ERR_TOO_LARGE;
	return rc;
}
