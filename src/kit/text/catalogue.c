#include "kit/text/catalogue.h"

#include <stdbool.h>
#include <string.h>

#define MAGIC         0x950412deU
#define MAGIC_SWAPPED 0xde120495U
#define HEADER        28
#define ENTRY         8 /* length, offset */

static uint32_t word(const struct catalogue *c, size_t at)
{
	uint32_t value, magic;

	memcpy(&magic, c->bytes, sizeof(magic));
	memcpy(&value, c->bytes + at, sizeof(value));
	return magic == MAGIC_SWAPPED ? __builtin_bswap32(value) : value;
}

static bool is_table(const struct catalogue *c, uint32_t offset)
{
	return offset <= c->len && c->count <= (c->len - offset) / ENTRY;
}

static bool is_string(const struct catalogue *c, size_t entry)
{
	size_t len = word(c, entry), offset = word(c, entry + 4);

	return offset < c->len && len < c->len - offset && c->bytes[offset + len] == 0;
}

static const char *string(const struct catalogue *c, uint32_t table, uint32_t i)
{
	return (const char *)c->bytes + word(c, table + (size_t)i * ENTRY + 4);
}

static int check(const struct catalogue *c, struct err *err)
{
	for (uint32_t i = 0; i < c->count; i++) {
		if (!is_string(c, c->ids + (size_t)i * ENTRY) ||
			!is_string(c, c->texts + (size_t)i * ENTRY))
			return err_set(
				err, ERR_INVALID, "text %u of the catalogue lies outside of it", i);
		if (i && strcmp(string(c, c->ids, i - 1), string(c, c->ids, i)) >= 0)
			return err_set(
				err, ERR_INVALID, "text %u of the catalogue is out of order", i);
	}
	return 0;
}

int catalogue_open(const void *bytes, size_t len, struct err *err, struct catalogue *ret)
{
	uint32_t magic;

	*ret = (struct catalogue){.bytes = bytes, .len = len};
	if (len < HEADER)
		return err_set(err, ERR_INVALID, "a catalogue of %zu bytes is too short", len);
	memcpy(&magic, bytes, sizeof(magic));
	if (magic != MAGIC && magic != MAGIC_SWAPPED)
		return err_set(err, ERR_INVALID, "these bytes are no gettext catalogue");
	if (word(ret, 4) >> 16 > 1)
		return err_set(err, ERR_INVALID, "the catalogue has the unknown format %u",
			word(ret, 4) >> 16);
	ret->count = word(ret, 8);
	ret->ids = word(ret, 12);
	ret->texts = word(ret, 16);
	if (!is_table(ret, ret->ids) || !is_table(ret, ret->texts))
		return err_set(err, ERR_INVALID, "the catalogue's tables lie outside of it");
	return check(ret, err);
}

const char *catalogue_find(const struct catalogue *c, const char *id)
{
	uint32_t low = 0, high = c->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int by = strcmp(id, string(c, c->ids, middle));

		if (by == 0) {
			const char *text = string(c, c->texts, middle);

			return *text ? text : NULL;
		}
		if (by < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

void catalogue_at(const struct catalogue *c, uint32_t i, const char **ret_id, const char **ret_text)
{
	*ret_id = string(c, c->ids, i);
	*ret_text = string(c, c->texts, i);
}
