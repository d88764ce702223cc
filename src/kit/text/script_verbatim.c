/* What stands in a text and is no Uzbek: addresses, handles, hashtags, Roman numerals. */
#include "kit/text/script_own.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include <unicode/uchar.h>

#include "base/str.h"
#include "kit/text/marks.h"

/* The last part of what may be a name of a host or a file, and is no beginning of a sentence to
 * which somebody forgot the space. */
static const char *const ENDS[] = {"uz", "com", "org", "net", "gov", "edu", "info", "int", "ru",
	"kz", "kg", "tj", "tm", "tr", "eu", "uk", "de", "fr", "us", "cn", "kr", "jp", "me", "io",
	"tv", "app", "dev", "biz", "pro", "social", "online", "site", "example", "test",
	"localhost", "html", "htm", "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt",
	"ods", "txt", "csv", "xml", "json", "zip", "rar", "jpg", "jpeg", "png", "gif", "svg",
	"webp", "mp3", "mp4", "apk", "exe"};

/* Addresses take endings: my.gov.uzda. */
static const char *const ENDINGS[] = {"da", "dan", "ga", "ni", "ning", "dagi", "gacha", "mi"};

/* Words of two parts, the second of which would be taken for Uzbek. */
static const char *const COMPOUNDS[] = {
	"e-mail", "wi-fi", "hi-tech", "on-line", "off-line", "pre-paid"};

static bool is_one_of(const char *s, size_t len, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(list[i]) == len && strncasecmp(s, list[i], len) == 0)
			return true;
	return false;
}

static bool is_alnum(char c)
{
	return isalnum((unsigned char)c) && !((unsigned char)c & 0x80);
}

static bool ends_address(uint32_t c)
{
	return c <= ' ' ||
	       (c < 0x80 ? strchr("\"'`<>\\", (char)c) != NULL : !u_isalnum((UChar32)c));
}

/* Up to white space, a quotation mark or a bracket; the end of a sentence is no part. */
static size_t address_length(const char *p, bool html)
{
	const char *next = p, *end = p;

	while (!ends_address(script_next(&next, html)))
		end = next;
	return (size_t)(end - p);
}

/* The length of a name of a host (or a file) in the run of len bytes; 0 when it is none. */
static size_t host_length(const char *p, size_t len)
{
	const char *dot;
	size_t part;

	while (len && !is_alnum(p[len - 1]))
		len--;
	dot = memrchr(p, '.', len);
	if (!dot || dot == p || !is_alnum(dot[-1]))
		return 0;
	part = len - (size_t)(dot + 1 - p);
	if (is_one_of(dot + 1, part, ENDS, LENGTH(ENDS)) &&
		(islower((unsigned char)dot[1]) || isupper((unsigned char)dot[-1])))
		return len;
	if (part > 2 && strncmp(dot + 1, "uz", 2) == 0 &&
		is_one_of(dot + 3, part - 2, ENDINGS, LENGTH(ENDINGS)))
		return len - (part - 2);
	return 0;
}

static size_t scheme_length(const char *p, size_t len)
{
	static const char *const SCHEMES[] = {
		"http", "https", "ftp", "ftps", "mailto", "tel", "sms", "tg", "xmpp", "acct"};

	return p[len] == ':' && p[len + 1] > ' ' && is_one_of(p, len, SCHEMES, LENGTH(SCHEMES))
		       ? len + 1
		       : 0;
}

/* Name, then perhaps @host: @mehnat@pages.gov.uz. */
static size_t handle_length(const char *p)
{
	size_t len = 1;

	while (is_alnum(p[len]) || p[len] == '_' || p[len] == '@' ||
		(strchr(".-", p[len]) && p[len] && is_alnum(p[len + 1])))
		len++;
	return len > 1 ? len : 0;
}

static bool is_tag_char(uint32_t c)
{
	return c == '_' || (U_GET_GC_MASK((UChar32)c) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_ND_MASK));
}

static size_t hashtag_length(const char *p, bool html)
{
	const char *end = p + 1, *next = end;

	for (;;) {
		uint32_t c = script_next(&next, html);
		const char *after = next;

		if (!is_tag_char(c) && !(mark_is(c) && is_tag_char(script_next(&after, html))))
			return end > p + 1 ? (size_t)(end - p) : 0;
		end = next;
	}
}

/* p begins a run of letters and figures of ASCII. */
static size_t run_length(const char *p, bool html, const char **plain_until)
{
	size_t len = 0, word, host;

	while (is_alnum(p[len]) || (p[len] && strchr("._%+-", p[len])))
		len++;
	word = len;
	if (scheme_length(p, len))
		return address_length(p, html);
	if (len > 4 && strncasecmp(p, "www.", 4) == 0)
		return address_length(p, html);
	if (p[len] == '@' && is_alnum(p[len + 1]))
		return len + handle_length(p + len);
	while (word && !is_alnum(p[word - 1]))
		word--;
	if (is_one_of(p, word, COMPOUNDS, LENGTH(COMPOUNDS)))
		return word;
	host = host_length(p, len);
	if (host && (p[host] == '/' || (p[host] == ':' && isdigit((unsigned char)p[host + 1]))))
		return address_length(p, html);
	if (!host) {
		while (len && is_alnum(p[len - 1]))
			len--; /* what may be a scheme is looked at again */
		*plain_until = p + len;
	}
	return host;
}

size_t script_verbatim(const char *p, UChar32 before, bool html, const char **plain_until)
{
	bool in_word = before && (is_tag_char((uint32_t)before) || mark_is((uint32_t)before));

	if (*p == '@')
		return in_word ? 0 : handle_length(p);
	if (*p == '#')
		return in_word || before == '&' || before == '/' || before == '='
			       ? 0
			       : hashtag_length(p, html);
	if (!is_alnum(*p) || in_word || (*plain_until && p < *plain_until))
		return 0;
	return run_length(p, html, plain_until);
}

/* The value of a Roman figure, 0 for none. */
static int figure(UChar c)
{
	switch (c) {
	case 'I':
		return 1;
	case 'V':
		return 5;
	case 'X':
	case 0x0425:
		return 10;
	case 'L':
		return 50;
	case 'C':
		return 100;
	case 'D':
		return 500;
	case 'M':
		return 1000;
	default:
		return 0;
	}
}

static void add_figures(char *out, const char *one, const char *five, const char *ten, int n)
{
	size_t len = strlen(out);
	const int ones = n % 5;

	if (ones == 4) {
		out[len++] = *one;
		out[len++] = n == 9 ? *ten : *five;
	} else {
		if (n >= 5)
			out[len++] = *five;
		for (int i = 0; i < ones; i++)
			out[len++] = *one;
	}
	out[len] = '\0';
}

bool script_roman(const UChar *s, int32_t len)
{
	char right[20] = "";
	int value = 0, large = 0;

	if (len < 1 || len > 15)
		return false;
	for (int32_t i = 0; i < len; i++) {
		int one = figure(s[i]), next = i + 1 < len ? figure(s[i + 1]) : 0;

		if (!one)
			return false;
		value += one < next ? -one : one;
		large += one >= 500;
	}
	if (value <= 0 || value > 3999 || (large && len < 4) || (len == 1 && *s == 'L'))
		return false;
	for (int i = 0; i < value / 1000; i++)
		right[i] = 'M';
	add_figures(right, "C", "D", "M", value / 100 % 10);
	add_figures(right, "X", "L", "C", value / 10 % 10);
	add_figures(right, "I", "V", "X", value % 10);
	if ((int32_t)strlen(right) != len)
		return false;
	for (int32_t i = 0; i < len; i++)
		if (right[i] != (char)(s[i] == 0x0425 ? 'X' : s[i]))
			return false;
	return true;
}
