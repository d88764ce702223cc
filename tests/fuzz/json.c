/* Fuzz target: JSON from other servers. What is taken is an object of a bounded depth, and is taken
 * as the same when it is written again. rooms: base */
#include "fuzz.h"

#include "base/json.h"

static int depth_of(const json_t *j)
{
	int deepest = 0;
	const char *key;
	json_t *item;
	size_t i;

	json_object_foreach((json_t *)j, key, item)
	{
		int depth = depth_of(item);

		deepest = depth > deepest ? depth : deepest;
	}
	json_array_foreach(j, i, item)
	{
		int depth = depth_of(item);

		deepest = depth > deepest ? depth : deepest;
	}
	return json_is_object(j) || json_is_array(j) ? deepest + 1 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(json_unref) json_t *j = NULL, *again = NULL;
	AUTO(auto_free) char *text = NULL;
	struct err err = {0};
	int rc = json_parse((const char *)data, size, &err, &j);

	check_answer(rc, &err);
	if (rc < 0)
		return 0;
	assert(json_is_object(j) && depth_of(j) <= 32);
	text = json_text(j);
	assert(text && json_parse(text, strlen(text), &err, &again) == 0);
	assert(json_equal(j, again));
	json_str(j, "id");
	json_id(j, "object");
	json_has(j, "type", "Note");
	return 0;
}
