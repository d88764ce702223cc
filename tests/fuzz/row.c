/* Fuzz target (libFuzzer): a line of a backup's rows.
 *
 * Input: the line. Beyond not crashing: whatever is taken has a cell for every column, text that is
 * UTF-8 without NUL, and no refusal goes without a sentence.
 * rooms: db base */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/str.h"
#include "kit/db/copy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct column COLUMNS[] = {
		{"id", COLUMN_INT}, {"text", COLUMN_TEXT}, {"sealed", COLUMN_BLOB}};
	static const struct table TABLE = {.name = "t", .columns = COLUMNS, .column_count = 3};
	AUTO(arena_freep) struct arena *a = arena_new(4 * MIB);
	struct cell cells[3] = {0};
	struct err err = {0};
	int rc = table_row_parse(&TABLE, (const char *)data, size, a, &err, cells);

	if (rc < 0) {
		assert(err.code == rc && err.text[0]);
		return 0;
	}
	assert(cells[1].null ||
		str_utf8_valid(cells[1].bytes, strlen((const char *)cells[1].bytes)));
	assert(cells[2].null || cells[2].bytes);
	return 0;
}
