/* What each thread keeps for itself, because OpenSSL's contexts may not be shared: one digest
 * context and a few signing contexts. Private to this folder. Made at first use, released when the
 * thread ends. */
#ifndef CHORSU_KIT_CRYPTO_THREAD_H
#define CHORSU_KIT_CRYPTO_THREAD_H

#include <openssl/evp.h>
#include <stdint.h>

/* Institutions whose posts one delivery loop sends in turn; a miss costs about 1 % of a signature.
 */
#define CRYPTO_SIGNERS 16

struct crypto_signer {
	uint64_t number; /* of the key, 0 when the place is free */
	uint64_t used;   /* the thread's tick at its last use */
	EVP_PKEY_CTX *ctx;
};

struct crypto_thread {
	EVP_MD_CTX *sha256;
	uint64_t tick;
	struct crypto_signer signers[CRYPTO_SIGNERS];
};

/* This thread's own; NULL without memory. */
struct crypto_thread *crypto_thread(void);

/* Fetched once a process: fetching by name costs more than a short digest. NULL when OpenSSL has
 * none. */
const EVP_MD *crypto_sha256(void);

/* SHA-256 on this thread's context. ERR_INTERNAL. */
int crypto_digest(const void *p, size_t len, unsigned char out[32]);

/* Let go of this thread's signing context of a key, if it has one. */
void crypto_thread_forget(uint64_t number);

#endif
