/* What a value of each kind must be. Inside this room: others see setting.h. */
#ifndef CHORSU_BASE_SETTING_VALUE_H
#define CHORSU_BASE_SETTING_VALUE_H

#include "base/setting.h"

/* 0 and the value as a number (bytes, ms, 0 or 1; 0 for texts), or ERR_INVALID with one sentence.
 */
MUST_USE int setting_value_check(
	const struct setting *row, const char *text, struct err *err, int64_t *ret);

#endif
