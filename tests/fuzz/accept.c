/* Fuzz target: the headers by which a client chooses. Whatever they say, the choice is one of those
 * offered.
 * rooms: http base */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "kit/http/accept.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const TYPES[] = {"text/html", "application/json",
		"application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\""};
	static const char *const TAGS[] = {"uz", "uz-Cyrl", "ru", "kaa", "en"};
	char *s = strndup((const char *)data, size);
	int weights[CODINGS], best;

	accept_coding(s, weights);
	for (int c = 0; c < CODINGS; c++)
		assert(weights[c] >= 0 && weights[c] <= 1000);
	best = (int)coding_choose(weights, true);
	assert(best == CODINGS || weights[best] > 0);
	best = accept_type(s, TYPES, LENGTH(TYPES));
	assert(best >= -1 && best < (int)LENGTH(TYPES));
	best = accept_language(s, TAGS, LENGTH(TAGS));
	assert(best >= -1 && best < (int)LENGTH(TAGS));
	free(s);
	return 0;
}
