/* Fuzz target: Uzbek Latin to Cyrillic and back, plain and HTML. What comes out is UTF-8;
 * converting it again changes nothing; tags come out as they went in. rooms: text base */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/str.h"
#include "kit/text/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool may_hold_address(const char *text)
{
	return strpbrk(text, "@#.:") != NULL;
}

static void plain(struct arena *a, const char *text, enum script to)
{
	char *once = NULL, *twice = NULL;
	int rc = script_convert(a, text, to, &once);

	assert(rc == 0);
	assert(str_utf8_valid(once, strlen(once)));
	rc = script_convert(a, once, to, &twice);
	assert(rc == 0);
	assert(may_hold_address(text) || str_eq(once, twice));
}

/* The next tag at or after *p, which moves behind it; 0 after the last. */
static size_t next_tag(const char **p, const char **ret)
{
	char quote = '\0';
	const char *s = strchr(*p, '<');

	if (!s)
		return 0;
	*ret = s;
	if (str_starts(s, "<!--")) {
		s = strstr(s + 4, "-->") + 3;
	} else {
		for (; quote || *s != '>'; s++) {
			if (quote)
				quote = *s == quote ? '\0' : quote;
			else if (*s == '"' || *s == '\'')
				quote = *s;
		}
		s++;
	}
	*p = s;
	return (size_t)(s - *ret);
}

static void html(struct arena *a, const char *text, enum script to)
{
	const char *before = text, *after, *one, *other;
	char *once = NULL, *twice = NULL;
	int rc = script_convert_html(a, text, to, &once);
	size_t len;

	assert(rc == 0 || rc == ERR_INVALID);
	if (rc < 0)
		return;
	after = once;
	while ((len = next_tag(&before, &one)) > 0)
		assert(next_tag(&after, &other) == len && memcmp(one, other, len) == 0);
	assert(next_tag(&after, &other) == 0);
	rc = script_convert_html(a, once, to, &twice);
	assert(rc == 0);
	assert(may_hold_address(text) || str_eq(once, twice));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(64 * MIB);
	char *text = arena_copy(a, data, size);

	plain(a, text, SCRIPT_LATIN);
	plain(a, text, SCRIPT_CYRILLIC);
	html(a, text, SCRIPT_LATIN);
	html(a, text, SCRIPT_CYRILLIC);
	arena_free(a);
	return 0;
}
