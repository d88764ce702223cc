/* What the targets share. */
#ifndef CHORSU_TESTS_FUZZ_FUZZ_H
#define CHORSU_TESTS_FUZZ_FUZZ_H

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Taken, or refused with a sentence that can be logged and shown. */
static inline void check_answer(int rc, const struct err *err)
{
	assert(rc <= 0 && (rc == 0 || (err->code == rc && *err->text)));
	assert(rc == 0 || str_is_text(err->text, strlen(err->text)));
}

/* The first line of the text, which begins behind it afterwards; "" at the end. */
static inline char *next_line(char **text)
{
	char *line = *text, *end = strchr(line, '\n');

	if (!end)
		*text = line + strlen(line);
	else {
		*end = '\0';
		*text = end + 1;
	}
	return line;
}

#endif
