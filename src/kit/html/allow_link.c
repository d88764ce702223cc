/* Addresses of links in HTML from elsewhere. They are only compared and tidied, never resolved
 * (kit/fetch/url.h reads addresses that the server calls itself). */
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "kit/html/allow.h"
#include "kit/html/html_tree.h"

#define LINK_MAX ((size_t)2048)

/* What browsers pass over at both ends of an address, and within it (URL Standard, basic URL
 * parser). */
static bool is_edge(char c)
{
	return (unsigned char)c <= ' ';
}

static bool is_skipped(char c)
{
	return c == '\t' || c == '\n' || c == '\r';
}

/* Copy of the value without what browsers pass over; false when it is too long or holds a control
 * character. */
static bool tidy(const char *value, struct buf *link)
{
	size_t len;

	while (*value && is_edge(*value))
		value++;
	for (len = strlen(value); len && is_edge(value[len - 1]); len--)
		;
	for (const char *p = value; p < value + len;) {
		const char *at = p;
		bool wanted = html_pass(&p);

		if (is_skipped(*at))
			continue;
		if (!wanted)
			return false;
		buf_add(link, at, (size_t)(p - at));
	}
	return !link->failed;
}

/* A host, perhaps a port; no user name or password, nothing that browsers would read as the host's
 * end or decode. */
static bool is_authority(const char *p, size_t len)
{
	if (!len || *p == ':')
		return false;
	for (size_t i = 0; i < len; i++)
		if (strchr("@\\% \"<>^`{|}", p[i]))
			return false;
	return true;
}

static void add_encoded(struct buf *out, const char *p)
{
	for (; *p; p++) {
		if (strchr(" \"<>`\\^{|}", *p))
			buf_addf(out, "%%%02X", (unsigned int)(unsigned char)*p);
		else
			buf_addc(out, *p);
	}
}

bool allow_link(const char *value, struct buf *out)
{
	static const char *const SCHEMES[] = {"https:", "http:", "mailto:"};
	AUTO(buf_done) struct buf link = BUF(LINK_MAX);
	AUTO(buf_done) struct buf encoded = BUF(LINK_MAX);
	const char *rest = NULL;
	size_t i;

	if (!tidy(value, &link))
		return false;
	for (i = 0; i < LENGTH(SCHEMES) && !rest; i++)
		if (strncasecmp(buf_text(&link), SCHEMES[i], strlen(SCHEMES[i])) == 0)
			rest = buf_text(&link) + strlen(SCHEMES[i]);
	if (!rest || !*rest)
		return false;
	if (!str_eq(SCHEMES[i - 1], "mailto:") &&
		(!str_starts(rest, "//") || !is_authority(rest + 2, strcspn(rest + 2, "/?#"))))
		return false;
	buf_adds(&encoded, SCHEMES[i - 1]);
	add_encoded(&encoded, rest);
	if (encoded.failed)
		return false;
	buf_adds(out, buf_text(&encoded));
	return true;
}
