/* Sets of places in a block: bitmaps in memory; stored as the places themselves, two bytes each,
 * while that is shorter. */
#include <string.h>

#include "core/search.h"

#define SHORT_MAX (PLACES_BYTES / 2 - 1)

int places_count(const struct places *p)
{
	int n = 0;

	for (int i = 0; i < PLACES_WORDS; i++)
		n += __builtin_popcountll(p->bits[i]);
	return n;
}

void places_set(struct places *p, int place, bool on)
{
	uint64_t bit = UINT64_C(1) << (place % 64);

	if (on)
		p->bits[place / 64] |= bit;
	else
		p->bits[place / 64] &= ~bit;
}

bool places_has(const struct places *p, int place)
{
	return p->bits[place / 64] >> (place % 64) & 1;
}

bool places_and(struct places *p, const struct places *with)
{
	uint64_t left = 0;

	for (int i = 0; i < PLACES_WORDS; i++)
		left |= p->bits[i] &= with->bits[i];
	return left != 0;
}

void places_or(struct places *p, const struct places *with)
{
	for (int i = 0; i < PLACES_WORDS; i++)
		p->bits[i] |= with->bits[i];
}

static size_t write_bitmap(const struct places *p, unsigned char *out)
{
	for (int i = 0; i < PLACES_BYTES; i++)
		out[i] = (unsigned char)(p->bits[i / 8] >> (i % 8 * 8));
	return PLACES_BYTES;
}

size_t places_save(const struct places *p, unsigned char out[PLACES_BYTES])
{
	size_t len = 0;

	if (places_count(p) > SHORT_MAX)
		return write_bitmap(p, out);
	for (int i = 0; i < PLACES_WORDS; i++)
		for (uint64_t rest = p->bits[i]; rest; rest &= rest - 1) {
			int place = i * 64 + __builtin_ctzll(rest);

			out[len++] = (unsigned char)place;
			out[len++] = (unsigned char)(place >> 8);
		}
	return len;
}

bool places_load(struct places *p, const void *bytes, size_t len)
{
	const unsigned char *b = bytes;

	memset(p, 0, sizeof(*p));
	if (len > PLACES_BYTES || (len < PLACES_BYTES && len % 2))
		return false;
	for (size_t i = 0; len == PLACES_BYTES && i < len; i++)
		p->bits[i / 8] |= (uint64_t)b[i] << (i % 8 * 8);
	for (size_t i = 0; len < PLACES_BYTES && i < len; i += 2) {
		int place = b[i] | b[i + 1] << 8;

		if (place >= PLACES_MAX)
			return false;
		places_set(p, place, true);
	}
	return true;
}
