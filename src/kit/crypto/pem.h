/* The armour of RFC 7468 around a key. Private to this folder. */
#ifndef CHORSU_KIT_CRYPTO_PEM_H
#define CHORSU_KIT_CRYPTO_PEM_H

#include <stddef.h>

#include "base/auto.h"
#include "base/err.h"

#define PEM_MAX (8 * KIB) /* an RSA-4096 key has 800 bytes public, 3300 private */

/* The bytes inside an armour; wipe it when they may be secret. */
struct pem {
	char label[32]; /* "PUBLIC KEY": capitals, digits, spaces */
	unsigned char bytes[PEM_MAX];
	size_t len;
};

/* One armour and nothing around it but white space. Hostile input. ERR_INVALID, ERR_TOO_LARGE. */
MUST_USE int pem_open(const char *text, size_t len, struct err *err, struct pem *ret);

#endif
