/* Keys: RSA-2048 for HTTP signatures, Ed25519 for proofs. A key is immutable and may be shared by
 * threads. */
#ifndef CHORSU_KIT_CRYPTO_KEY_H
#define CHORSU_KIT_CRYPTO_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

struct key;

enum key_kind { KEY_RSA, KEY_ED25519 };

#define KEY_SIGNATURE_MAX 512 /* bytes: RSA up to 4096 bits */

MUST_USE int key_generate(enum key_kind kind, struct err *err, struct key **ret);

/* PEM of a public key (SPKI or PKCS#1; RSA of 2048 to 4096 bits, or Ed25519) or of a private one
 * (PKCS#8, unencrypted). Hostile input: one armour, nothing around it but white space. ERR_INVALID,
 * ERR_TOO_LARGE (8 KB), ERR_MEMORY. */
MUST_USE int key_from_public_pem(const char *pem, size_t len, struct err *err, struct key **ret);
MUST_USE int key_from_private_pem(const char *pem, size_t len, struct err *err, struct key **ret);

/* Drops one reference; takes NULL. Other threads that signed with the key hold its private part
 * until they sign with 16 others or end. */
void key_free(struct key *k);
void key_freep(struct key **k);
struct key *key_ref(struct key *k);

enum key_kind key_kind(const struct key *k);

/* SPKI; PKCS#8, unencrypted, wiped with the arena: seal it before it is stored. NULL without
 * memory, or without a private part. */
char *key_public_pem(struct arena *a, const struct key *k);
char *key_private_pem(struct arena *a, const struct key *k);

/* RSASSA-PKCS1-v1_5 with SHA-256, or Ed25519. out holds KEY_SIGNATURE_MAX. Thread-safe; a context
 * is kept per thread. ERR_INTERNAL when OpenSSL fails or the key is a public one. */
MUST_USE int key_sign(
	const struct key *k, const void *p, size_t len, unsigned char *out, size_t *ret_len);
bool key_verify(
	const struct key *k, const void *p, size_t len, const unsigned char *sig, size_t sig_len);

/* SHA-256. */
void digest_sha256(const void *p, size_t len, unsigned char out[32]);

/* "SHA-256=base64" as the Digest header has it (RFC 3230); out holds 64. */
void digest_header(const void *p, size_t len, char *out);

/* Does a Digest header's value match the bytes? Several algorithms may be listed; SHA-256 must be
 * among them. */
bool digest_matches(const char *header, const void *p, size_t len);

/* The store's secret: 32 bytes in DIR/secret.key (mode 0600), libsodium's secretbox. */
struct secret;
MUST_USE int secret_create(const char *path, struct err *err); /* ERR_CONFLICT when there is one */
MUST_USE int secret_load(const char *path, struct err *err, struct secret **ret);
void secret_free(struct secret *s);

/* Sealed bytes: nonce and box, in the arena. Opening returns NULL for anything but what this secret
 * sealed. */
unsigned char *secret_seal(
	struct arena *a, const struct secret *s, const void *p, size_t len, size_t *ret_len);
char *secret_open(
	struct arena *a, const struct secret *s, const void *p, size_t len, size_t *ret_len);

#endif
