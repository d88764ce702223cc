/* Log lines: their form, and that no value can forge one. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"

static char captured[1 << 20];
static int saved_stderr;

/* Standard error goes to a file until end_capture(), which fills captured. */
static FILE *begin_capture(void)
{
	FILE *f = tmpfile();

	assert_non_null(f);
	saved_stderr = dup(STDERR_FILENO);
	fcntl(fileno(f), F_SETFL, O_APPEND);
	dup2(fileno(f), STDERR_FILENO);
	return f;
}

static size_t end_capture(FILE *f)
{
	size_t len;

	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	rewind(f);
	len = fread(captured, 1, sizeof captured - 1, f);
	captured[len] = '\0';
	fclose(f);
	return len;
}

/* One event with one value; the line without its time. */
static const char *line_of(bool json, const char *name, const char *value)
{
	FILE *f = begin_capture();
	const char *rest;

	log_setup(LOG_INFO, json);
	log_event(LOG_WARN, "tested", name, value, NULL);
	end_capture(f);
	rest = strchr(captured, json ? ',' : ' ');
	assert_non_null(rest);
	return rest + 1;
}

static void values_are_escaped(void **state)
{
	static const struct {
		const char *value, *logfmt, *json;
	} ROWS[] = {
		{"plain-1.0:/@x", "plain-1.0:/@x", "plain-1.0:/@x"},
		{"", "\"\"", ""},
		{"two words", "\"two words\"", "two words"},
		{"a=b", "\"a=b\"", "a=b"},
		{"say \"no\"", "\"say \\\"no\\\"\"", "say \\\"no\\\""},
		{"back\\slash", "\"back\\\\slash\"", "back\\\\slash"},
		{"x\ntime=now level=error", "\"x\\ntime=now level=error\"",
			"x\\ntime=now level=error"},
		{"x\r\n\t", "\"x\\u000d\\n\\u0009\"", "x\\u000d\\n\\u0009"},
		{"\x1b[31m", "\"\\u001b[31m\"", "\\u001b[31m"},
		{"\x7f\xc2\x9b", "\"\\u007f\\u009b\"", "\\u007f\\u009b"},
		{"\xe2\x80\xa8\xe2\x80\xae", "\"\\u2028\\u202e\"", "\\u2028\\u202e"},
		{"Ўзбек 𝄞", "\"Ўзбек 𝄞\"", "Ўзбек 𝄞"},
		{"\xff\xd0", "\"\xef\xbf\xbd\xef\xbf\xbd\"", "\xef\xbf\xbd\xef\xbf\xbd"},
	};
	char wanted[200];
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		snprintf(wanted, sizeof wanted, "level=warn event=tested value=%s\n",
			ROWS[i].logfmt);
		assert_string_equal(line_of(false, "value", ROWS[i].value), wanted);
		snprintf(wanted, sizeof wanted,
			"\"level\":\"warn\",\"event\":\"tested\",\"value\":\"%s\"}\n",
			ROWS[i].json);
		assert_string_equal(line_of(true, "value", ROWS[i].value), wanted);
	}
}

static void names_cannot_break_the_line(void **state)
{
	(void)state;
	assert_string_equal(line_of(false, "a b\n=\"", "v"), "level=warn event=tested a_b___=v\n");
	assert_string_equal(line_of(true, "a\"", "v"),
		"\"level\":\"warn\",\"event\":\"tested\",\"a_\":\"v\"}\n");
}

static void lines_begin_with_the_time(void **state)
{
	FILE *f;
	char at[32] = "";
	(void)state;

	for (int json = 0; json < 2; json++) {
		f = begin_capture();
		log_setup(LOG_DEBUG, json);
		log_event(LOG_DEBUG, "started", "url", "http://a.example", "empty", "", NULL);
		end_capture(f);
		assert_int_equal(
			sscanf(captured, json ? "{\"time\":\"%31[^\"]" : "time=%31s", at), 1);
		assert_in_range(clock_now() - clock_parse_rfc3339(at), 0, 10 * SECOND);
		assert_non_null(strstr(captured, json ? "\"empty\":\"\"}\n" : "empty=\"\"\n"));
	}
}

static void levels(void **state)
{
	static const char *const NAMES[] = {"debug", "info", "warn", "error"};
	enum log_level level = LOG_ERROR;
	(void)state;

	for (int least = 0; least < 4; least++)
		for (int at = 0; at < 4; at++) {
			FILE *f = begin_capture();

			log_setup((enum log_level)least, false);
			log_event((enum log_level)at, "tested", NULL);
			assert_int_equal(end_capture(f) > 0, at >= least);
			if (at >= least)
				assert_non_null(strstr(captured, NAMES[at]));
		}
	for (int i = 0; i < 4; i++) {
		assert_true(log_level_parse(NAMES[i], &level));
		assert_int_equal(level, i);
	}
	assert_false(log_level_parse("Info", &level));
	assert_false(log_level_parse("", &level));
	assert_false(log_level_parse("information", &level));
	assert_false(log_level_parse(NULL, &level));
	assert_int_equal(level, LOG_ERROR);
}

/* Values of all lengths around the limit, of characters that are and are not escaped: never over 4
 * KB, one line, valid. */
static void long_lines_are_cut(void **state)
{
	static const char *const CHARACTERS[] = {"a", "ў", "€", "𝄞", "\"", "\x01", "\xff"};
	static char value[8192];
	(void)state;

	for (size_t c = 0; c < LENGTH(CHARACTERS); c++)
		for (size_t count = 4096 / 6 - 40; count < 4096; count += count % 8 ? 1 : 13) {
			for (int json = 0; json < 2; json++) {
				FILE *f = begin_capture();
				size_t len;

				value[0] = '\0';
				for (size_t i = 0; i < count && i * strlen(CHARACTERS[c]) < 8000;
					i++)
					strcpy(value + i * strlen(CHARACTERS[c]), CHARACTERS[c]);
				log_setup(LOG_INFO, json);
				log_event(LOG_INFO, "tested", "value", value, "after", "1", "last",
					value, NULL);
				len = end_capture(f);
				assert_in_range(len, 100, 4096);
				assert_ptr_equal(strchr(captured, '\n'), captured + len - 1);
				assert_true(str_utf8_valid(captured, len));
				if (json) {
					json_t *j =
						json_loads(captured, JSON_REJECT_DUPLICATES, NULL);

					assert_non_null(json_object_get(j, "event"));
					json_decref(j);
				}
			}
		}
	assert_non_null(strstr(line_of(false, "value", value), "…\"\n"));
}

static void *write_lines(void *p)
{
	for (int i = 0; i < 500; i++)
		log_event(
			LOG_INFO, "tested", "thread", p, "padding", "0123456789 0123456789", NULL);
	return NULL;
}

static void lines_of_threads_stay_whole(void **state)
{
	static char names[4][2] = {"0", "1", "2", "3"};
	pthread_t threads[4];
	int counts[4] = {0}, lines = 0;
	FILE *f = begin_capture();
	(void)state;

	log_setup(LOG_INFO, false);
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, write_lines, names[i]);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	end_capture(f);
	for (char *line = captured, *end; (end = strchr(line, '\n')); line = end + 1, lines++) {
		char at[32];
		int thread, n = 0;

		*end = '\0';
		assert_int_equal(
			sscanf(line,
				"time=%31s level=info event=tested thread=%d padding=\"0123456789 0123456789\"%n",
				at, &thread, &n),
			2);
		assert_ptr_equal(line + n, end);
		counts[thread]++;
	}
	assert_int_equal(lines, 2000);
	for (int i = 0; i < 4; i++)
		assert_int_equal(counts[i], 500);
}

static size_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (size_t)st.st_size : 0;
}

static void a_file_is_opened_anew(void **state)
{
	static const char PATH[] = "/tmp/chorsu-log-test", MOVED[] = "/tmp/chorsu-log-test.1";
	FILE *f = begin_capture();
	struct stat first, last;
	struct err err = {0};
	size_t size;
	(void)state;

	unlink(PATH);
	fstat(STDERR_FILENO, &first);
	assert_int_equal(log_open("", &err), 0);
	assert_int_equal(log_open(PATH, &err), 0);
	log_event(LOG_ERROR, "first", NULL);
	size = size_of(PATH);
	assert_true(size > 0);
	assert_int_equal(rename(PATH, MOVED), 0);
	log_event(LOG_ERROR, "second", NULL);
	assert_true(size_of(MOVED) > size);
	assert_int_equal(log_open(PATH, &err), 0);
	log_event(LOG_ERROR, "third", NULL);
	assert_true(size_of(PATH) > 0);
	size = size_of(PATH);
	assert_int_equal(log_open("/nowhere/at/all", &err), ERR_IO);
	assert_non_null(strstr(err.text, "The log /nowhere/at/all cannot be opened: No such file"));
	log_event(LOG_ERROR, "fourth", NULL);
	assert_true(size_of(PATH) > size);
	assert_int_equal(log_open("", &err), 0);
	fstat(STDERR_FILENO, &last);
	assert_int_equal(first.st_ino, last.st_ino);
	end_capture(f);
	assert_string_equal(captured, "");
	unlink(PATH);
	unlink(MOVED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_escaped),
		cmocka_unit_test(names_cannot_break_the_line),
		cmocka_unit_test(lines_begin_with_the_time),
		cmocka_unit_test(levels),
		cmocka_unit_test(long_lines_are_cut),
		cmocka_unit_test(lines_of_threads_stay_whole),
		cmocka_unit_test(a_file_is_opened_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
