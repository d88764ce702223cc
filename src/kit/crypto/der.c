/* Reading DER. What the elements mean is in key_public.c and key_private.c; writing is left to
 * OpenSSL. */
#include "kit/crypto/der.h"

#include <string.h>

/* The length after the tag; false for the indefinite, the needlessly long and the over 65535. */
static bool take_length(struct der *d, size_t *ret)
{
	size_t bytes, length = 0;

	if (d->left < 1)
		return false;
	bytes = d->p[0];
	d->p++;
	d->left--;
	if (bytes < 0x80) {
		*ret = bytes;
		return true;
	}
	bytes &= 0x7f;
	if (bytes < 1 || bytes > 2 || d->left < bytes)
		return false;
	for (size_t i = 0; i < bytes; i++)
		length = length << 8 | d->p[i];
	d->p += bytes;
	d->left -= bytes;
	*ret = length;
	return length >= (bytes == 1 ? 0x80 : 0x100);
}

bool der_take(struct der *d, enum der_tag tag, struct der *ret)
{
	struct der rest = *d;
	size_t length;

	if (rest.left < 2 || rest.p[0] != tag)
		return false;
	rest.p++;
	rest.left--;
	if (!take_length(&rest, &length) || length > rest.left)
		return false;
	*ret = (struct der){.p = rest.p, .left = length};
	*d = (struct der){.p = rest.p + length, .left = rest.left - length};
	return true;
}

bool der_take_unsigned(struct der *d, struct der *ret)
{
	struct der rest = *d, n;

	if (!der_take(&rest, DER_INTEGER, &n) || n.left < 1 || n.p[0] >= 0x80)
		return false;
	if (n.p[0] == 0 && n.left > 1) {
		if (n.p[1] < 0x80)
			return false;
		n.p++;
		n.left--;
	}
	*ret = n;
	*d = rest;
	return true;
}

bool der_take_small(struct der *d, unsigned char value)
{
	struct der rest = *d, n;

	if (!der_take_unsigned(&rest, &n) || n.left != 1 || n.p[0] != value)
		return false;
	*d = rest;
	return true;
}

bool der_take_bits(struct der *d, struct der *ret)
{
	struct der rest = *d, bits;

	if (!der_take(&rest, DER_BIT_STRING, &bits) || bits.left < 1 || bits.p[0] != 0)
		return false;
	*ret = (struct der){.p = bits.p + 1, .left = bits.left - 1};
	*d = rest;
	return true;
}

bool der_is(const struct der *d, const void *p, size_t len)
{
	return d->left == len && memcmp(d->p, p, len) == 0;
}
