/* Making keys, sharing them and writing them as PEM. Reading PEM is in key_public.c and
 * key_private.c, signing in key_sign.c. */
#include "kit/crypto/key.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "kit/crypto/key_internal.h"
#include "kit/crypto/thread.h"
#include "kit/crypto/wipe.h"

struct key *key_new(enum key_kind kind)
{
	static atomic_uint_fast64_t numbers;
	struct key *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->number = atomic_fetch_add(&numbers, 1) + 1;
	atomic_init(&k->refs, 1);
	k->kind = kind;
	return k;
}

struct key *key_new_rsa(EVP_PKEY *rsa, bool secret)
{
	struct key *k = key_new(KEY_RSA);

	if (!k) {
		EVP_PKEY_free(rsa);
		return NULL;
	}
	k->rsa = rsa;
	k->secret = secret;
	return k;
}

static struct key *generate_rsa(void)
{
	EVP_PKEY *rsa = EVP_RSA_gen(RSA_BITS);

	if (!rsa) {
		ERR_clear_error();
		return NULL;
	}
	return key_new_rsa(rsa, true);
}

static struct key *generate_ed25519(void)
{
	struct key *k = key_new(KEY_ED25519);

	if (!k)
		return NULL;
	crypto_sign_keypair(ED25519_PUBLIC(k), k->ed25519);
	k->secret = true;
	return k;
}

int key_generate(enum key_kind kind, struct err *err, struct key **ret)
{
	struct key *k;

	if (sodium_init() < 0)
		return err_set(err, ERR_INTERNAL, "libsodium cannot start");
	k = kind == KEY_RSA ? generate_rsa() : generate_ed25519();
	if (!k)
		return err_set(
			err, ERR_INTERNAL, "a key could not be made: no memory or no randomness");
	*ret = k;
	return 0;
}

struct key *key_ref(struct key *k)
{
	atomic_fetch_add_explicit(&k->refs, 1, memory_order_relaxed);
	return k;
}

void key_free(struct key *k)
{
	if (!k || atomic_fetch_sub_explicit(&k->refs, 1, memory_order_acq_rel) != 1)
		return;
	/* Other threads let go when they need the place or end. */
	crypto_thread_forget(k->number);
	EVP_PKEY_free(k->rsa); /* wipes the private part */
	sodium_memzero(k, sizeof(*k));
	free(k);
}

void key_freep(struct key **k)
{
	key_free(*k);
}

enum key_kind key_kind(const struct key *k)
{
	return k->kind;
}

/* An EVP_PKEY of an Ed25519 key, only to be written as PEM. */
static EVP_PKEY *wrap_ed25519(const struct key *k, bool secret)
{
	if (secret)
		return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, k->ed25519, 32);
	return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, ED25519_PUBLIC(k), 32);
}

static char *write_pem(struct arena *a, const struct key *k, bool secret)
{
	EVP_PKEY *pkey = k->kind == KEY_RSA ? k->rsa : wrap_ed25519(k, secret);
	BIO *bio =
		BIO_new(secret ? BIO_s_secmem() : BIO_s_mem()); /* the first is wiped when freed */
	char *out = NULL, *text;
	long len;

	if (!pkey || !bio)
		goto out;
	if ((secret ? PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL)
		    : PEM_write_bio_PUBKEY(bio, pkey)) != 1)
		goto out;
	len = BIO_get_mem_data(bio, &text);
	out = len > 0 ? arena_copy(a, text, (size_t)len) : NULL;
	if (out && secret && !wipe_later(a, out, (size_t)len))
		out = NULL;
out:
	if (!out)
		ERR_clear_error();
	BIO_free(bio);
	if (k->kind != KEY_RSA)
		EVP_PKEY_free(pkey);
	return out;
}

char *key_public_pem(struct arena *a, const struct key *k)
{
	return write_pem(a, k, false);
}

char *key_private_pem(struct arena *a, const struct key *k)
{
	return k->secret ? write_pem(a, k, true) : NULL;
}
