/* Signing and verifying with a key. What is signed is put together in httpsig_*.c. */
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <sodium.h>

#include "kit/crypto/key_internal.h"
#include "kit/crypto/thread.h"

/* Padding and digest set, ready to sign or to verify with; NULL when OpenSSL fails. */
static EVP_PKEY_CTX *new_context(const struct key *k, int (*init)(EVP_PKEY_CTX *))
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, k->rsa, NULL);
	const EVP_MD *md = crypto_sha256();

	if (ctx && md && init(ctx) == 1 &&
		EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
		EVP_PKEY_CTX_set_signature_md(ctx, md) == 1)
		return ctx;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

/* This thread's context for a key, made at first use in place of the one unused for longest.
 * Borrowed. */
static EVP_PKEY_CTX *signing_context(const struct key *k)
{
	struct crypto_thread *t = crypto_thread();
	struct crypto_signer *oldest;
	EVP_PKEY_CTX *ctx;

	if (!t)
		return NULL;
	oldest = &t->signers[0];
	t->tick++;
	for (size_t i = 0; i < CRYPTO_SIGNERS; i++) {
		struct crypto_signer *s = &t->signers[i];

		if (s->number == k->number) {
			s->used = t->tick;
			return s->ctx;
		}
		if (s->used < oldest->used)
			oldest = s;
	}
	ctx = new_context(k, EVP_PKEY_sign_init);
	if (!ctx)
		return NULL;
	EVP_PKEY_CTX_free(oldest->ctx);
	*oldest = (struct crypto_signer){.number = k->number, .used = t->tick, .ctx = ctx};
	return ctx;
}

static int sign_rsa(
	const struct key *k, const void *p, size_t len, unsigned char *out, size_t *ret_len)
{
	EVP_PKEY_CTX *ctx = signing_context(k);
	unsigned char hash[32];
	size_t n = KEY_SIGNATURE_MAX;

	if (ctx && crypto_digest(p, len, hash) == 0 &&
		EVP_PKEY_sign(ctx, out, &n, hash, sizeof(hash)) == 1) {
		*ret_len = n;
		return 0;
	}
	/* A context that failed is not used again, and TLS on this thread must not find the error.
	 */
	crypto_thread_forget(k->number);
	ERR_clear_error();
	return ERR_INTERNAL;
}

int key_sign(const struct key *k, const void *p, size_t len, unsigned char *out, size_t *ret_len)
{
	if (!k->secret)
		return ERR_INTERNAL;
	if (k->kind == KEY_RSA)
		return sign_rsa(k, p, len, out, ret_len);
	if (crypto_sign_detached(out, NULL, p, len, k->ed25519) != 0)
		return ERR_INTERNAL;
	*ret_len = crypto_sign_BYTES;
	return 0;
}

static bool verify_rsa(
	const struct key *k, const void *p, size_t len, const unsigned char *sig, size_t sig_len)
{
	EVP_PKEY_CTX *ctx = NULL;
	unsigned char hash[32];
	bool ok = false;

	if (sig_len != (size_t)EVP_PKEY_get_size(k->rsa) || crypto_digest(p, len, hash) < 0)
		return false;
	ctx = new_context(k, EVP_PKEY_verify_init);
	ok = ctx && EVP_PKEY_verify(ctx, sig, sig_len, hash, sizeof(hash)) == 1;
	EVP_PKEY_CTX_free(ctx);
	if (!ok)
		ERR_clear_error();
	return ok;
}

bool key_verify(
	const struct key *k, const void *p, size_t len, const unsigned char *sig, size_t sig_len)
{
	if (!sig)
		return false;
	if (k->kind == KEY_RSA)
		return verify_rsa(k, p, len, sig, sig_len);
	/* libsodium refuses points of small order and forms that are not canonical. */
	return sig_len == crypto_sign_BYTES &&
	       crypto_sign_verify_detached(sig, p, len, ED25519_PUBLIC(k)) == 0;
}
