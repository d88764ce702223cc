/* What the tests of this folder share: keys, files, a request. Built with CHORSU_TESTING only. */
#ifndef CHORSU_KIT_CRYPTO_CRYPTO_TESTING_H
#define CHORSU_KIT_CRYPTO_CRYPTO_TESTING_H

#include <openssl/evp.h>

#include "kit/crypto/httpsig.h"

/* A key of the store's own making; the program ends when it cannot be made. */
struct key *testing_key(enum key_kind kind);

/* The PEM of a key that OpenSSL made; free with free(3). cipher: encrypted, when not NULL. */
char *testing_public_pem(EVP_PKEY *pkey);
char *testing_private_pem(EVP_PKEY *pkey, const EVP_CIPHER *cipher);

/* A public RSA key of a random odd modulus (not a product of two primes) and any exponent. */
EVP_PKEY *testing_rsa(int bits, const char *exponent_hex, bool even);

/* DER in an armour of any label, and back (into out of size bytes; its length). */
char *testing_armour(const char *label, const void *der, size_t len);
size_t testing_dearmour(const char *pem, unsigned char *out, size_t size);

/* A directory of its own under /tmp; path names a file in it (borrowed until the next call). */
void testing_directory(void);
void testing_directory_remove(void);
const char *testing_path(const char *name);
void testing_write(const char *name, const void *p, size_t len);
size_t testing_read(const char *name, void *out, size_t size);

/* Run a shell command in that directory, its output thrown away; its exit status. */
int testing_run(const char *command);

/* A request as the verifier sees it: up to 16 headers, names in lower case. */
struct testing_request {
	const char *method, *target, *body;
	const char *headers[16][2]; /* name NULL ends */
	int64_t now;
};

/* A POST with host, date, digest, content-type to pages.example, now. buffers hold the date and the
 * digest. */
void testing_request_init(
	struct testing_request *r, const char *method, const char *target, const char *body);

/* Set, replace or (value NULL) take away a header. */
void testing_request_set(struct testing_request *r, const char *name, const char *value);

struct httpsig_request testing_request_view(const struct testing_request *r);

/* The text to be signed, written independently of the product's: each name of covered with its
 * value. created, expires in seconds. In the arena. */
const char *testing_text(struct arena *a, const struct testing_request *r, const char *covered,
	int64_t created, int64_t expires);

#define TESTING_NOW ((int64_t)1795490145000) /* 2026-11-24 03:15:45 UTC */

#endif
