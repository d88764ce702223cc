/* Reading JSON that strangers send, and the helpers for members. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"

static void documents(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		int rc;
		const char *fragment;
	} ROWS[] = {
#define ROW(literal, rc, fragment) {literal, sizeof literal - 1, rc, fragment}
		ROW("{}", 0, ""),
		ROW(" \r\n\t{\"a\":[1,-2.5e3,true,null,\"ў\\u045e\\ud834\\udd1e\"]} ", 0, ""),
		ROW("{\"a\":\"{{{{[[[[\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"}", 0,
			""),
		ROW("{\"\":1}", 0, ""),
		ROW("", ERR_INVALID, "not valid JSON"),
		ROW(" ", ERR_INVALID, "not valid JSON"),
		ROW("[]", ERR_INVALID, "must be an object"),
		ROW("[{}]", ERR_INVALID, "must be an object"),
		ROW("\"text\"", ERR_INVALID, "must be an object"),
		ROW("1", ERR_INVALID, "must be an object"),
		ROW("null", ERR_INVALID, "must be an object"),
		ROW("{", ERR_INVALID, "line 1"),
		ROW("}", ERR_INVALID, "not valid JSON"),
		ROW("{\"a\":1", ERR_INVALID, "not valid JSON"),
		ROW("{\"a\":1}}", ERR_INVALID, "end of file expected"),
		ROW("{}{}", ERR_INVALID, "end of file expected"),
		ROW("{\"a\":1,}", ERR_INVALID, "not valid JSON"),
		ROW("{'a':1}", ERR_INVALID, "not valid JSON"),
		ROW("{a:1}", ERR_INVALID, "not valid JSON"),
		ROW("{\"a\":01}", ERR_INVALID, "not valid JSON"),
		ROW("{\"a\":+1}", ERR_INVALID, "not valid JSON"),
		ROW("{\"a\":NaN}", ERR_INVALID, "not valid JSON"),
		ROW("{\"a\":1e999}", ERR_INVALID, "real number overflow"),
		ROW("{\"a\":99999999999999999999}", ERR_INVALID, "too big integer"),
		ROW("{\"a\":1,\"a\":2}", ERR_INVALID, "duplicate object key"),
		ROW("{\"b\":{\"a\":1,\"\\u0061\":2}}", ERR_INVALID, "duplicate object key"),
		ROW("{\"a\":\"\\u0000\"}", ERR_INVALID, "\\u0000"),
		ROW("{\"a\\u0000b\":1}", ERR_INVALID, "\\u0000"),
		ROW("{\"a\":\"\0\"}", ERR_INVALID, "not valid JSON"),
		ROW("{}\0", ERR_INVALID, "not valid JSON"),
		ROW("{\"a\":\"\xff\"}", ERR_INVALID, "unable to decode byte 0xff"),
		ROW("{\"a\":\"\xc0\x80\"}", ERR_INVALID, "unable to decode byte 0xc0"),
		ROW("{\"a\":\"\xed\xa0\x80\"}", ERR_INVALID, "unable to decode byte 0xed"),
		ROW("{\"\xd0\":1}", ERR_INVALID, "unable to decode byte 0xd0"),
		ROW("{\"a\":\"\\ud834\"}", ERR_INVALID, "invalid Unicode '\\uD834'"),
		ROW("{\"a\":\"\\udd1e\"}", ERR_INVALID, "invalid Unicode '\\uDD1E'"),
		ROW("{\"a\":\"\n\"}", ERR_INVALID, "unexpected newline"),
		ROW("{\"a\":\"\\x\"}", ERR_INVALID, "invalid escape"),
		ROW("{\"a\":\"\\", ERR_INVALID, "not valid JSON"),
		ROW("{\"a\":\"", ERR_INVALID, "not valid JSON"),
		ROW("\xef\xbb\xbf{}", ERR_INVALID, "not valid JSON"),
		ROW("{\"a\":1 /* no */}", ERR_INVALID, "not valid JSON"),
		ROW("<html>", ERR_INVALID, "not valid JSON"),
#undef ROW
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		/* Without a NUL behind, so that a sanitizer sees reads past the end. */
		char *copy = malloc(ROWS[i].len ? ROWS[i].len : 1);
		json_t *j = NULL;
		struct err e = {0};
		int rc;

		memcpy(copy, ROWS[i].bytes, ROWS[i].len);
		rc = json_parse(copy, ROWS[i].len, &e, &j);
		if (rc != ROWS[i].rc || e.code != rc || !strstr(e.text, ROWS[i].fragment) ||
			(rc == 0) != (j != NULL))
			fail_msg("row %zu: %s gave %d \"%s\"", i, ROWS[i].bytes, rc, e.text);
		assert_true(str_utf8_valid(e.text, strlen(e.text)));
		json_decref(j);
		free(copy);
	}
}

/* count times open, then close: rc and the sentence. */
static void nest(const char *open, const char *close, int count, int rc, const char *fragment)
{
	AUTO(buf_done) struct buf b = BUF(8 * MIB);
	AUTO(json_unref) json_t *j = NULL;
	struct err e = {0};

	for (int i = 0; i < count; i++)
		buf_adds(&b, open);
	buf_adds(&b, "1");
	for (int i = 0; i < count; i++)
		buf_adds(&b, close);
	assert_int_equal(json_parse(b.data, b.len, &e, &j), rc);
	assert_non_null(strstr(e.text, fragment));
}

static void depth(void **state)
{
	(void)state;
	nest("{\"a\":", "}", 32, 0, "");
	nest("{\"a\":", "}", 33, ERR_INVALID, "deeper than 32");
	nest("{\"a\":", "}", 500000, ERR_INVALID, "deeper than 32");
	nest("{\"a\":[", "]}", 16, 0, "");
	nest("{\"a\":[", "]}", 17, ERR_INVALID, "deeper than 32");
	nest("[", "", 1000000, ERR_INVALID, "deeper than 32");
	nest("{\"\\\"\":", "}", 33, ERR_INVALID, "deeper than 32");
	/* Closing first must not buy depth. */
	nest("]", "", 1000, ERR_INVALID, "not valid JSON");
}

static void number_of_values(void **state)
{
	(void)state;
	for (int over = 0; over < 2; over++) {
		AUTO(buf_done) struct buf b = BUF(8 * MIB);
		AUTO(json_unref) json_t *j = NULL;
		struct err e = {0};

		buf_adds(&b, "{\"a\":[0");
		for (int i = 0; i < 65536 - 2 + over; i++)
			buf_adds(&b, ",0");
		buf_adds(&b, "]}");
		assert_int_equal(json_parse(b.data, b.len, &e, &j), over ? ERR_INVALID : 0);
		assert_non_null(strstr(e.text, over ? "more than 65536 values" : ""));
	}
}

/* A document with bytes changed at random (the same ones each time): read or refused, never
 * anything else, and what was read can be written and read again. */
static void changed_bytes(void **state)
{
	static const char GOOD[] =
		"{\"@context\":[\"https://www.w3.org/ns/activitystreams\",{\"x\":\"y\"}],"
		"\"id\":\"https://a.example/1\",\"n\":-12.5e2,\"t\":true,\"o\":{\"s\":\"\\u045e\\n\"}}";
	static const char BYTES[] = "{}[]\",:\\u0019ed-+.tfn \x80\xd0\xff";
	uint32_t random = 12345;
	int taken = 0;
	(void)state;

	for (int round = 0; round < 200000; round++) {
		char text[sizeof GOOD];
		json_t *j = NULL;
		struct err e = {0};

		memcpy(text, GOOD, sizeof GOOD);
		for (int i = 0; i <= round % 3; i++) {
			random = random * 1664525 + 1013904223;
			text[(random >> 8) % (sizeof GOOD - 1)] =
				BYTES[(random >> 20) % (sizeof BYTES - 1)];
		}
		if (json_parse(text, sizeof GOOD - 1, &e, &j) == 0) {
			AUTO(auto_free) char *again = json_text(j);
			AUTO(json_unref) json_t *second = NULL;

			taken++;
			assert_int_equal(json_parse(again, strlen(again), &e, &second), 0);
			assert_true(json_equal(j, second));
			json_decref(j);
		} else {
			assert_int_equal(e.code, ERR_INVALID);
			assert_true(str_is_text(e.text, strlen(e.text)));
		}
	}
	assert_in_range(taken, 1000, 199000);
}

static void members(void **state)
{
	static const char TEXT[] =
		"{\"s\":\"v\",\"n\":1,\"o\":{\"id\":\"oid\",\"type\":\"Note\"},\"bad\":{\"id\":5},"
		"\"many\":[\"a\",1,{\"id\":\"c\"},\"b\"],\"none\":null}";
	AUTO(json_unref) json_t *j = NULL;
	struct err e;
	(void)state;

	assert_int_equal(json_parse(TEXT, strlen(TEXT), &e, &j), 0);
	assert_string_equal(json_str(j, "s"), "v");
	assert_null(json_str(j, "n"));
	assert_null(json_str(j, "o"));
	assert_null(json_str(j, "none"));
	assert_null(json_str(j, "missing"));
	assert_null(json_str(NULL, "s"));
	assert_string_equal(json_id(j, "s"), "v");
	assert_string_equal(json_id(j, "o"), "oid");
	assert_null(json_id(j, "bad"));
	assert_null(json_id(j, "many"));
	assert_null(json_id(j, "n"));
	assert_null(json_id(j, "missing"));
	assert_true(json_has(j, "s", "v"));
	assert_false(json_has(j, "s", "x"));
	assert_true(json_has(j, "many", "a"));
	assert_true(json_has(j, "many", "b"));
	assert_false(json_has(j, "many", "c"));
	assert_false(json_has(j, "o", "oid"));
	assert_false(json_has(j, "n", "1"));
	assert_false(json_has(j, "missing", ""));
	assert_false(json_has(NULL, "s", "v"));
}

static void text_is_compact(void **state)
{
	AUTO(json_unref) json_t *j = json_pack("{s:[i,s],s:n}", "a", 1, "ў/\"", "b");
	AUTO(json_unref) json_t *alone = json_string("x");
	AUTO(auto_free) char *text = json_text(j);
	AUTO(auto_free) char *alone_text = json_text(alone);
	(void)state;

	assert_string_equal(text, "{\"a\":[1,\"ў/\\\"\"],\"b\":null}");
	assert_string_equal(alone_text, "\"x\"");
	assert_null(json_text(NULL));
}

static void kept_values_live_as_long_as_the_arena(void **state)
{
	json_t *j = json_object();
	struct arena *a = arena_new(KIB);
	(void)state;

	json_incref(j);
	assert_ptr_equal(json_keep(a, j), j);
	assert_int_equal(j->refcount, 2);
	arena_free(a);
	assert_int_equal(j->refcount, 1);

	a = arena_new(1);
	json_incref(j);
	assert_null(json_keep(a, j));
	assert_int_equal(j->refcount, 1);
	assert_null(json_keep(a, NULL));
	arena_free(a);
	json_decref(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents),
		cmocka_unit_test(depth),
		cmocka_unit_test(number_of_values),
		cmocka_unit_test(changed_bytes),
		cmocka_unit_test(members),
		cmocka_unit_test(text_is_compact),
		cmocka_unit_test(kept_values_live_as_long_as_the_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
