/* Conditional requests: entity tags and dates. */
#include "kit/http/conditional.h"

#include <sodium.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"

#define HASH_BYTES 16

void etag_make(const char *type, const void *p, size_t len, char *out)
{
	unsigned char hash[HASH_BYTES];
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, sizeof hash);
	crypto_generichash_update(&state, (const unsigned char *)type, strlen(type) + 1);
	crypto_generichash_update(&state, p, len);
	crypto_generichash_final(&state, hash, sizeof hash);
	out[0] = '"';
	str_hex(hash, sizeof hash, out + 1);
	out[1 + 2 * HASH_BYTES] = '"';
	out[2 + 2 * HASH_BYTES] = '\0';
}

const char *etag_in(struct arena *a, const char *etag, enum coding coding)
{
	const char *name = coding_name(coding);
	size_t len = strlen(etag);

	if (!name || len < 2)
		return etag;
	return arena_printf(a, "%.*s-%s\"", (int)len - 1, etag, name);
}

/* Characters of a tag between its quotes (etagc). */
static size_t tag_length(const char *s)
{
	size_t len = 0;

	while ((unsigned char)s[len] > ' ' && s[len] != '"' && s[len] != 0x7f)
		len++;
	return len;
}

bool etag_matches(const char *header, const char *etag)
{
	const char *opaque = str_starts(etag, "W/") ? etag + 2 : etag;
	const size_t opaque_len = strlen(opaque);
	const char *p = header + strspn(header, " \t,");

	if (*p == '*')
		return p[1 + strspn(p + 1, " \t")] == '\0';
	while (*p) {
		size_t len;

		if (str_starts(p, "W/"))
			p += 2;
		if (*p != '"')
			return false;
		len = tag_length(p + 1);
		if (p[1 + len] != '"')
			return false;
		if (len + 2 == opaque_len && memcmp(p, opaque, opaque_len) == 0)
			return true;
		p += len + 2;
		p += strspn(p, " \t");
		if (*p && *p != ',')
			return false;
		p += strspn(p, " \t,");
	}
	return false;
}

bool not_modified(const char *if_none_match, const char *if_modified_since, const char *etag,
	int64_t modified)
{
	int64_t since;

	if (if_none_match)
		return etag_matches(if_none_match, etag);
	if (!if_modified_since || modified <= 0)
		return false;
	since = clock_parse_http_date(if_modified_since);
	return since >= 0 && modified / SECOND <= since / SECOND;
}
