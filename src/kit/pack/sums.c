/* Sums of members, and names of them. */
#include "kit/pack/sums.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "kit/pack/pack.h"

#define PARTS_MAX 5

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '_' || c == '-';
}

bool pack_name_valid(const char *name)
{
	int parts = 0;

	if (strlen(name) > PACK_NAME_MAX)
		return false;
	for (const char *p = name;; p++) {
		if (!is_plain(*p) || *p == '.' || *p == '-')
			return false;
		while (is_plain(*p))
			p++;
		if (++parts > PARTS_MAX)
			return false;
		if (*p != '/')
			return *p == '\0';
	}
}

static int fail(struct err *err)
{
	return err_set(err, errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO,
		"a temporary file cannot be used: %s", strerror(errno));
}

int sums_init(struct sums *s, struct err *err)
{
	if (sodium_init() < 0)
		return err_set(err, ERR_INTERNAL, "libsodium cannot start");
	s->lines = tmpfile();
	return s->lines ? 0 : fail(err);
}

void sums_done(struct sums *s)
{
	if (s->lines)
		fclose(s->lines);
	s->lines = NULL;
}

void sums_begin(struct sums *s)
{
	crypto_hash_sha256_init(&s->hash);
}

void sums_add(struct sums *s, const void *p, size_t len)
{
	crypto_hash_sha256_update(&s->hash, p, len);
}

int sums_end(struct sums *s, const char *name, struct err *err)
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	char hex[2 * sizeof(digest) + 1];
	int n;

	crypto_hash_sha256_final(&s->hash, digest);
	str_hex(digest, sizeof(digest), hex);
	n = fprintf(s->lines, "%s  %s\n", hex, name);
	if (n < 0)
		return fail(err);
	s->size += n;
	return 0;
}

int sums_rewind(struct sums *s, struct err *err)
{
	return fflush(s->lines) != 0 || fseek(s->lines, 0, SEEK_SET) != 0 ? fail(err) : 0;
}
