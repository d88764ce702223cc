/* What each thread keeps for itself. Signing is in key_sign.c, the public digests are in digest.c.
 */
#include "kit/crypto/thread.h"

#include <openssl/err.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/err.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t at_end;
static bool at_end_made;
static EVP_MD *sha256;

static _Thread_local struct crypto_thread *mine;

static void release(void *p)
{
	struct crypto_thread *t = p;

	/* A later destructor of this thread may hash again: it then makes a new one, which is
	 * released in the next round. */
	mine = NULL;
	for (size_t i = 0; i < CRYPTO_SIGNERS; i++)
		EVP_PKEY_CTX_free(t->signers[i].ctx);
	EVP_MD_CTX_free(t->sha256);
	free(t);
}

static void setup(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	at_end_made = pthread_key_create(&at_end, release) == 0;
}

const EVP_MD *crypto_sha256(void)
{
	pthread_once(&once, setup);
	return sha256;
}

struct crypto_thread *crypto_thread(void)
{
	struct crypto_thread *t = mine;

	if (t)
		return t;
	pthread_once(&once, setup);
	if (!at_end_made)
		return NULL;
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->sha256 = EVP_MD_CTX_new();
	if (!t->sha256 || pthread_setspecific(at_end, t) != 0) {
		EVP_MD_CTX_free(t->sha256);
		free(t);
		return NULL;
	}
	mine = t;
	return t;
}

int crypto_digest(const void *p, size_t len, unsigned char out[32])
{
	struct crypto_thread *t = crypto_thread();
	const EVP_MD *md = crypto_sha256();

	if (!t || !md)
		return ERR_INTERNAL;
	if (EVP_DigestInit_ex2(t->sha256, md, NULL) == 1 &&
		EVP_DigestUpdate(t->sha256, p, len) == 1 &&
		EVP_DigestFinal_ex(t->sha256, out, NULL) == 1)
		return 0;
	ERR_clear_error();
	return ERR_INTERNAL;
}

void crypto_thread_forget(uint64_t number)
{
	struct crypto_thread *t = mine;

	for (size_t i = 0; t && i < CRYPTO_SIGNERS; i++) {
		if (t->signers[i].number != number)
			continue;
		EVP_PKEY_CTX_free(t->signers[i].ctx);
		t->signers[i] = (struct crypto_signer){0};
	}
}
