/* The core files of Mustache's official specification. They are not part of this repository: the
 * environment variable MUSTACHE_SPEC names the folder that holds them as JSON. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "kit/html/template.h"

#define FILES_LEAST 6
#define OUT_MAX     (1 * MIB)

/* Optional modules of the specification begin with a tilde. */
static int is_core(const struct dirent *entry)
{
	return entry->d_name[0] != '~' && str_ends(entry->d_name, ".json");
}

static void add(struct template_set *set, const char *name, const char *text)
{
	struct err err = {0};

	if (template_set_add(set, TEMPLATE_PLAIN, name, text, strlen(text), &err) != 0)
		fail_msg("%s", err.text);
}

/* False when the output is not what the specification expects. */
static bool run(const char *file, const json_t *test)
{
	AUTO(buf_done) struct buf out = BUF(OUT_MAX);
	struct template_set *set = template_set_new();
	const char *name, *expected = json_str(test, "expected");
	struct err err = {0};
	json_t *partial;
	bool same;

	json_object_foreach(json_object_get(test, "partials"), name, partial)
		add(set, name, json_string_value(partial));
	add(set, "the template", json_str(test, "template"));
	if (template_render(set, "the template", json_object_get(test, "data"), &out, &err) != 0)
		fail_msg("%s", err.text);
	template_set_free(set);
	same = str_eq(buf_text(&out), expected);
	if (!same)
		print_message("%s, %s: expected\n\"%s\", rendered\n\"%s\"\n", file,
			json_str(test, "name"), expected, buf_text(&out));
	return same;
}

static void specification(void **state)
{
	const char *folder = getenv("MUSTACHE_SPEC");
	struct dirent **files;
	int count, wrong = 0;
	size_t tests = 0;

	(void)state;
	if (!folder)
		fail_msg("set MUSTACHE_SPEC to the folder of the specification's JSON files");
	count = scandir(folder, &files, is_core, alphasort);
	if (count < FILES_LEAST)
		fail_msg("%s holds %d core files of the specification; there must be %d", folder,
			count, FILES_LEAST);
	for (int i = 0; i < count; i++) {
		char path[4096];
		json_t *json, *test;
		size_t n;

		snprintf(path, sizeof path, "%s/%s", folder, files[i]->d_name);
		json = json_load_file(path, 0, NULL);
		assert_non_null(json);
		assert_true(json_array_size(json_object_get(json, "tests")) > 0);
		json_array_foreach(json_object_get(json, "tests"), n, test) wrong +=
			!run(files[i]->d_name, test);
		tests += n;
		json_decref(json);
		free(files[i]);
	}
	free(files);
	print_message("%zu tests of %d files\n", tests, count);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(specification)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
