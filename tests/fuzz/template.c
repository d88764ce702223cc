/* Fuzz target: templates. The first byte chooses the kind, the text up to the first NUL is the
 * template, the rest a value that is put wherever the template asks for one. Whatever parses
 * renders, and an HTML template of ours that holds a hostile value gets no tag from it. rooms: html
 * base */
#include <assert.h>
#include <jansson.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "kit/html/template.h"

#define OUT_MAX ((size_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static json_t *values(const char *text, size_t len)
{
	json_t *text_json = json_stringn(text, len), *all = json_object();

	if (!text_json)
		text_json = json_string("<\"'&>");
	json_object_set(all, "v", text_json);
	json_object_set_new(all, "list",
		json_pack("[{s:O}, O, i, b, n, f]", "v", text_json, text_json, 7, 1, 1.21));
	json_object_set_new(all, "o", json_pack("{s:{s:O}}", "p", "v", text_json));
	json_object_set_new(all, "x_html", json_string("<b>x</b>"));
	json_object_set_new(all, "no", json_false());
	json_decref(text_json);
	return all;
}

static size_t count(const struct buf *out, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < out->len; i++)
		n += out->data[i] == c;
	return n;
}

/* A value alone in a place where values may stand. */
static void check_places(const json_t *data)
{
	static const char PAGE[] =
		"<p title=\"{{v}}\" class='{{v}}'>{{v}}<a href=\"{{v}}\"></a></p>";
	AUTO(buf_done) struct buf out = BUF(OUT_MAX);
	struct template_set *set = template_set_new();
	struct err err = {0};
	int rc = template_set_add(set, TEMPLATE_HTML, "p", PAGE, strlen(PAGE), &err);

	assert(rc == 0);
	rc = template_render(set, "p", data, &out, &err);
	assert(rc == 0 || rc == ERR_TOO_LARGE);
	if (rc == 0) {
		assert(count(&out, '<') == 4);
		assert(count(&out, '"') == 4);
		assert(count(&out, '\'') == 2);
	}
	template_set_free(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(buf_done) struct buf out = BUF(OUT_MAX);
	struct template_set *set = template_set_new();
	struct err err = {0};
	const uint8_t *end;
	enum template_kind kind;
	json_t *json;

	if (!size) {
		template_set_free(set);
		return 0;
	}
	kind = (enum template_kind)(data[0] % 3);
	data++;
	size--;
	end = memchr(data, '\0', size);
	json = end ? values((const char *)end + 1, (size_t)(data + size - end - 1))
		   : values("<\">", 3);
	if (end)
		size = (size_t)(end - data);
	if (template_set_add(set, kind, "t", (const char *)data, size, &err) == 0) {
		int rc = template_render(set, "t", json, &out, &err);

		assert(rc == 0 || *err.text);
		assert(str_utf8_valid(buf_text(&out), out.len) || out.failed ||
			kind == TEMPLATE_PLAIN || memchr(buf_text(&out), '\0', out.len));
	} else {
		assert(*err.text);
	}
	check_places(json);
	json_decref(json);
	template_set_free(set);
	return 0;
}
