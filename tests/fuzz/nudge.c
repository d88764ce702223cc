/* Fuzz target: nudges, which anybody of the same user may write to the store's socket. What is
 * taken is written again as it came. rooms: db base */
#include "fuzz.h"

#include <stdio.h>

#include "kit/db/engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char line[NUDGE_LINE + 1];
	struct heard h;

	if (!nudge_parse((const char *)data, size, &h))
		return 0;
	assert(strlen(h.token) == NUDGE_TOKEN && *h.text && strlen(h.text) <= NUDGE_MAX);
	snprintf(line, sizeof(line), "%s %s", h.token, h.text);
	assert(strlen(line) == size && !memcmp(line, data, size));
	return 0;
}
