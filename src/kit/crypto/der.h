/* The few forms of DER (X.690) that keys are made of, read strictly: definite, shortest lengths, no
 * bytes left over. Private to this folder. Every function takes hostile bytes and never reads past
 * them. */
#ifndef CHORSU_KIT_CRYPTO_DER_H
#define CHORSU_KIT_CRYPTO_DER_H

#include <stdbool.h>
#include <stddef.h>

enum der_tag {
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_OID = 0x06,
	DER_SEQUENCE = 0x30,
};

/* A run of bytes not yet read. */
struct der {
	const unsigned char *p;
	size_t left;
};

/* Take one element of this tag; its content goes to ret. False, and nothing is moved, for anything
 * else. */
bool der_take(struct der *d, enum der_tag tag, struct der *ret);

/* An integer of zero or more without its sign byte: big-endian, at least one byte. */
bool der_take_unsigned(struct der *d, struct der *ret);

/* An integer that must be this small value. */
bool der_take_small(struct der *d, unsigned char value);

/* A bit string of whole bytes. */
bool der_take_bits(struct der *d, struct der *ret);

/* Is what is left exactly these bytes? */
bool der_is(const struct der *d, const void *p, size_t len);

#endif
