/* What reading a public and a private key share. Private to this folder. */
#ifndef CHORSU_KIT_CRYPTO_KEY_READ_H
#define CHORSU_KIT_CRYPTO_KEY_READ_H

#include "kit/crypto/der.h"
#include "kit/crypto/key_internal.h"

/* Numbers of an RSA key in the order of RFC 8017's RSAPrivateKey; a public key has the first two.
 */
enum { RSA_N, RSA_E, RSA_D, RSA_P, RSA_Q, RSA_DP, RSA_DQ, RSA_QI, RSA_NUMBERS };

/* A key of 2 or RSA_NUMBERS unsigned integers. ERR_INVALID when size or exponent are out of range,
 * ERR_MEMORY. */
MUST_USE int rsa_make(const struct der *numbers, size_t count, struct err *err, struct key **ret);

/* Which key is it, by the content of its AlgorithmIdentifier? ERR_INVALID naming any other type. */
MUST_USE int key_read_algorithm(struct der algorithm, struct err *err, enum key_kind *ret);

/* "the key is damaged: its DER is not WHAT"; returns ERR_INVALID. */
int key_refuse_form(struct err *err, const char *what);

#endif
