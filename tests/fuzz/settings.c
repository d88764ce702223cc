/* Fuzz target: the settings file. What is taken keeps to the rows, and the file written with these
 * values reads the same. rooms: base */
#include "fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/setting.h"

static const struct setting ROWS[] = {
	{.section = "server",
		.key = "url",
		.kind = SETTING_TEXT,
		.fallback = "",
		.comment = "A text."},
	{.section = "server",
		.key = "open",
		.kind = SETTING_BOOL,
		.fallback = "no",
		.comment = "Yes?"},
	{.section = "server",
		.key = "threads",
		.kind = SETTING_INT,
		.fallback = "4",
		.min = 1,
		.max = 64,
		.comment = "A number."},
	{.section = "http",
		.key = "body",
		.kind = SETTING_SIZE,
		.fallback = "1m",
		.min = 1024,
		.max = 16777216,
		.comment = "A size."},
	{.section = "http",
		.key = "wait",
		.kind = SETTING_DURATION,
		.fallback = "30s",
		.max = 86400000,
		.comment = "A time."},
	{.section = "log",
		.key = "level",
		.kind = SETTING_CHOICE,
		.fallback = "info",
		.choices = "debug|info|warn",
		.comment = "A choice."},
	{0},
};
static const struct setting *const TABLES[] = {ROWS, NULL};

static int load(const void *p, size_t len, struct err *err, struct settings **ret)
{
	int fd = memfd_create("settings", MFD_CLOEXEC), rc;
	char path[40];

	if (fd < 0 || write(fd, p, len) != (ssize_t)len)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	rc = settings_load(path, TABLES, err, ret);
	close(fd);
	return rc;
}

static void check_values(const struct settings *s, const struct settings *again)
{
	for (const struct setting *row = ROWS; row->section; row++) {
		const char *text = settings_text(s, row->section, row->key);
		bool number = row->kind != SETTING_TEXT && row->kind != SETTING_CHOICE;
		int64_t n = number && row->kind != SETTING_BOOL
				    ? settings_int(s, row->section, row->key)
				    : row->min;

		assert(str_is_text(text, strlen(text)) && strlen(text) <= SETTING_VALUE_MAX);
		assert(str_eq(text, settings_text(again, row->section, row->key)));
		assert(n >= row->min && (!row->max || n <= row->max));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const NAMES[] = {"server.url", "server.open", "server.threads",
		"http.body", "http.wait", "log.level"};
	const char *values[2 * LENGTH(NAMES) + 1] = {NULL};
	AUTO(buf_done) struct buf out = BUF(MIB);
	struct settings *s = NULL, *again = NULL;
	struct err err = {0};
	int rc = load(data, size, &err, &s);

	check_answer(rc, &err);
	if (rc == 0) {
		for (size_t i = 0; i < LENGTH(NAMES); i++) {
			values[2 * i] = NAMES[i];
			values[2 * i + 1] = settings_text(s, ROWS[i].section, ROWS[i].key);
			assert(settings_check(TABLES, NAMES[i], values[2 * i + 1], &err) == 0);
		}
		settings_write(TABLES, values, &out);
		assert(!out.failed && load(out.data, out.len, &err, &again) == 0);
		check_values(s, again);
	}
	settings_free(s);
	settings_free(again);
	return 0;
}
