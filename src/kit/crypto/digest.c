/* SHA-256 and the Digest header (RFC 3230). Signatures are elsewhere. */
#include <openssl/evp.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "kit/crypto/key.h"
#include "kit/crypto/thread.h"

#define SHA256_BASE64 44 /* characters with padding */

void digest_sha256(const void *p, size_t len, unsigned char out[32])
{
	/* OpenSSL uses the processor's own instructions; libsodium is slower and needs no memory,
	 * so it cannot fail. */
	if (crypto_digest(p, len, out) < 0)
		crypto_hash_sha256(out, p, len);
}

void digest_header(const void *p, size_t len, char *out)
{
	static const char NAME[] = "SHA-256=";
	unsigned char hash[32];

	digest_sha256(p, len, hash);
	memcpy(out, NAME, sizeof(NAME) - 1);
	EVP_EncodeBlock((unsigned char *)out + sizeof(NAME) - 1, hash, sizeof(hash));
}

enum element { OTHER, MATCHING, WRONG };

/* One element of the list, from begin to before end, against "SHA-256=…" of the bytes. */
static enum element judge(const char *begin, const char *end, const char *mine)
{
	static const char NAME[] = "sha-256";
	const char *equals;

	while (begin < end && (*begin == ' ' || *begin == '\t'))
		begin++;
	while (end > begin && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	equals = memchr(begin, '=', (size_t)(end - begin));
	if (!equals || equals == begin)
		return WRONG;
	if (equals - begin != sizeof(NAME) - 1 || strncasecmp(begin, NAME, sizeof(NAME) - 1) != 0)
		return OTHER;
	if (end - (equals + 1) != SHA256_BASE64 ||
		sodium_memcmp(equals + 1, mine + sizeof(NAME), SHA256_BASE64) != 0)
		return WRONG;
	return MATCHING;
}

/* Every SHA-256 of the list must match, so that two readers cannot each pick another one. */
bool digest_matches(const char *header, const void *p, size_t len)
{
	char mine[64];
	bool found = false;

	if (!header)
		return false;
	digest_header(p, len, mine);
	for (const char *s = header;;) {
		const char *comma = strchrnul(s, ',');
		enum element e = judge(s, comma, mine);

		if (e == WRONG)
			return false;
		found = found || e == MATCHING;
		if (!*comma)
			return found;
		s = comma + 1;
	}
}
