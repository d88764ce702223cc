/* What a key is made of. Private to this folder. */
#ifndef CHORSU_KIT_CRYPTO_KEY_INTERNAL_H
#define CHORSU_KIT_CRYPTO_KEY_INTERNAL_H

#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdint.h>

#include "kit/crypto/key.h"

#define RSA_BITS     2048 /* of keys made here: what every peer takes */
#define RSA_BITS_MAX 4096 /* of keys taken: a verification must stay cheap */

struct key {
	uint64_t number; /* never reused in a process: names the key in the threads' caches of
			    contexts */
	atomic_uint refs;
	enum key_kind kind;
	bool secret;   /* has the private part */
	EVP_PKEY *rsa; /* KEY_RSA */
	unsigned char
		ed25519[64]; /* KEY_ED25519: seed (zero without the private part), public key */
};

#define ED25519_PUBLIC(k) ((k)->ed25519 + 32)

/* With one reference, still empty; NULL without memory. */
struct key *key_new(enum key_kind kind);

/* Take over a made RSA key. */
struct key *key_new_rsa(EVP_PKEY *rsa, bool secret);

#endif
