/* Helpers around jansson. */
#include "base/json.h"

#include <stdbool.h>
#include <string.h>

#define DEPTH_MAX 32

/* Elements and members in all: an empty object of three bytes takes some 300 in memory, so the
 * length of a document alone is no limit. */
#define VALUES_MAX 65536

/* Refuse what would be costly before anything is built. Broken documents pass: the parser will say
 * what is wrong. */
static int check_shape(const char *p, size_t len, struct err *err)
{
	int depth = 0, values = 0;
	bool quoted = false;

	for (size_t i = 0; i < len; i++) {
		char c = p[i];

		if (quoted) {
			if (c == '\\')
				i++;
			else if (c == '"')
				quoted = false;
			continue;
		}
		if (c == '"')
			quoted = true;
		else if (c == '{' || c == '[')
			depth++, values++;
		else if (c == '}' || c == ']')
			depth--;
		else if (c == ',')
			values++;
		if (depth > DEPTH_MAX)
			return err_set(err, ERR_INVALID,
				"The JSON is nested deeper than %d levels.", DEPTH_MAX);
		if (values > VALUES_MAX)
			return err_set(err, ERR_INVALID, "The JSON holds more than %d values.",
				VALUES_MAX);
	}
	return 0;
}

int json_parse(const char *p, size_t len, struct err *err, json_t **ret)
{
	json_error_t why;
	json_t *j;
	int rc = check_shape(p, len, err);

	if (rc < 0)
		return rc;
	j = json_loadb(p, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
	if (!j && json_error_code(&why) == json_error_out_of_memory)
		return err_set(err, ERR_MEMORY, "There is not enough memory to read the JSON.");
	if (!j)
		return err_set(err, ERR_INVALID, "This is not valid JSON: %s (line %d, column %d).",
			why.text, why.line, why.column);
	if (!json_is_object(j)) {
		json_decref(j);
		return err_set(err, ERR_INVALID, "The JSON must be an object: {…}.");
	}
	*ret = j;
	return 0;
}

static void unref(void *j)
{
	json_decref(j);
}

json_t *json_keep(struct arena *a, json_t *j)
{
	if (!j)
		return NULL;
	arena_defer(a, unref, j);
	return arena_failed(a) ? NULL : j; /* then it was freed at once */
}

const char *json_str(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

const char *json_id(const json_t *object, const char *key)
{
	const json_t *member = json_object_get(object, key);

	return json_is_object(member) ? json_str(member, "id") : json_string_value(member);
}

bool json_has(const json_t *object, const char *key, const char *value)
{
	json_t *member = json_object_get(object, key), *item;
	size_t i;

	if (json_is_string(member))
		return strcmp(json_string_value(member), value) == 0;
	json_array_foreach(member, i, item)
	{
		if (json_is_string(item) && strcmp(json_string_value(item), value) == 0)
			return true;
	}
	return false;
}

char *json_text(const json_t *j)
{
	return json_dumps(j, JSON_COMPACT | JSON_ENCODE_ANY);
}
