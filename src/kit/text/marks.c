/* Which apostrophe is a letter. */
#include "kit/text/marks.h"

#include <unicode/uchar.h>

bool mark_is(uint32_t c)
{
	switch (c) {
	case '\'':
	case '`':
	case 0x00B4:
	case 0x02B9:
	case MARK_TURNED:
	case MARK_TUTUQ:
	case 0x02BD:
	case 0x02C8:
	case 0x2018:
	case 0x2019:
	case 0x201B:
	case 0x2032:
	case 0x2035:
	case 0xFF07:
		return true;
	default:
		return false;
	}
}

static uint32_t small(uint32_t c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

bool mark_joins(uint32_t before2, uint32_t before, uint32_t c, uint32_t after, bool quoted)
{
	if (!mark_is(c))
		return false;
	if (u_isalpha((UChar32)after) && !mark_is(after))
		return true;
	if (c == MARK_TURNED || c == MARK_TUTUQ)
		return !mark_is(before);
	return small(before) == 'g' && small(before2) != 'n' && (!quoted || mark_is(after));
}
