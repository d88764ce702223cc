/* Relative addresses made absolute. */
#include "kit/feed/url.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/str.h"
#include "kit/feed/feed.h"

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Length of "scheme:", 0 when there is none. */
static size_t scheme_length(const char *s)
{
	size_t n = 0;

	if (!is_alpha(*s))
		return 0;
	while (is_alpha(s[n]) || (s[n] >= '0' && s[n] <= '9') || (s[n] && strchr("+-.", s[n])))
		n++;
	return s[n] == ':' ? n + 1 : 0;
}

/* Length of "http:" or "https:", 0 for anything else. */
static size_t web_length(const char *s)
{
	if (strncasecmp(s, "http:", 5) == 0)
		return 5;
	return strncasecmp(s, "https:", 6) == 0 ? 6 : 0;
}

bool feed_url_is_web(const char *url)
{
	size_t n = url ? web_length(url) : 0;

	return n && strncmp(url + n, "//", 2) == 0 && url[n + 2] && !strchr("/?#:", url[n + 2]);
}

static void write_encoded(const char *p, const char *end, struct buf *b)
{
	for (; p < end; p++)
		buf_addf(b, "%%%02X", (unsigned char)*p);
}

/* ref without white space around it and without control characters, in b. */
static void clean(const char *ref, struct buf *b)
{
	const char *end, *p = ref + strspn(ref, " \t\n\r");
	bool path = !scheme_length(p) || web_length(p);

	end = p + strlen(p);
	while (end > p && strchr(" \t\n\r", end[-1]))
		end--;
	while (p < end) {
		const char *from = p;
		uint32_t c = str_utf8_next(&p);

		if (c == '?' || c == '#')
			path = false;
		if (c < 0x20 || c == 0x7F)
			continue;
		if (c == '\\' && path)
			buf_addc(b, '/');
		else if (str_is_control(c) || (c < 0x80 && strchr(" \"<>", (int)c)))
			write_encoded(from, p, b);
		else
			buf_add(b, from, (size_t)(p - from));
	}
}

/* Section 5.2.4: path begins with "/" and ends before its query. Works in place, returns the new
 * length. */
static size_t remove_dots(char *path, size_t len)
{
	size_t out = 0;

	for (size_t i = 0; i < len;) {
		size_t n = 1;

		while (i + n < len && path[i + n] != '/')
			n++;
		if (n == 2 && path[i + 1] == '.') {
			if (i + n == len)
				path[out++] = '/';
		} else if (n == 3 && path[i + 1] == '.' && path[i + 2] == '.') {
			while (out && path[--out] != '/')
				;
			if (i + n == len)
				path[out++] = '/';
		} else {
			memmove(path + out, path + i, n);
			out += n;
		}
		i += n;
	}
	return out;
}

static size_t path_length(const char *s)
{
	return strcspn(s, "?#");
}

/* The path of what was joined, without "." and ".." in it. from: where it begins. */
static void settle(struct buf *b, size_t from)
{
	char *path = b->failed || !b->data ? NULL : b->data + from;
	size_t len, kept;

	if (!path || *path != '/')
		return;
	len = path_length(path);
	kept = remove_dots(path, len);
	if (!kept)
		path[kept++] = '/';
	memmove(path + kept, path + len, b->len - from - len + 1);
	b->len -= len - kept;
}

/* Section 5.2.2 for a reference without scheme. */
static void join(const char *base, const char *ref, struct buf *out)
{
	size_t scheme = web_length(base), root, path, end;

	root = scheme + 2 + strcspn(base + scheme + 2, "/?#");
	path = root + path_length(base + root);
	end = root + strcspn(base + root, "#");
	if (strncmp(ref, "//", 2) == 0) {
		buf_add(out, base, scheme);
		root = scheme + 2 + strcspn(ref + 2, "/?#");
	} else if (*ref == '/') {
		buf_add(out, base, root);
	} else if (*ref == '#' || *ref == '?') {
		buf_add(out, base, *ref == '#' ? end : path);
	} else {
		while (path > root && base[path - 1] != '/')
			path--;
		buf_add(out, base, path);
		if (path == root)
			buf_addc(out, '/');
	}
	buf_adds(out, ref);
	settle(out, root);
}

char *feed_url(struct arena *a, const char *base, const char *ref)
{
	AUTO(buf_done) struct buf b = BUF(FEED_ID_MAX), out = BUF(FEED_ID_MAX);
	size_t web;

	if (!ref)
		return NULL;
	clean(ref, &b);
	if (b.failed || !b.len)
		return NULL;
	web = web_length(b.data);
	if (web && feed_url_is_web(b.data)) {
		settle(&b, web + 2 + strcspn(b.data + web + 2, "/?#"));
		return arena_copy(a, b.data, b.len);
	}
	if (!web && scheme_length(b.data))
		return arena_copy(a, b.data, b.len);
	if (!feed_url_is_web(base))
		return NULL;
	join(base, b.data + web, &out); /* "http:page" was meant as "page" */
	return out.failed || !feed_url_is_web(out.data) ? NULL : arena_copy(a, out.data, out.len);
}

char *feed_url_web(struct arena *a, const char *base, const char *ref)
{
	char *url = feed_url(a, base, ref);

	return feed_url_is_web(url) ? url : NULL;
}
