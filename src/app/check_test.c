/* What the figures of a check mean. The look from outside is a scenario (check.mjs). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "app/check.h"
#include "base/clock.h"
#include "base/str.h"

static void expect(struct findings *f, const char *name, enum grade grade, const char *fragment)
{
	const struct finding *last = &f->list[f->count - 1];

	assert_string_equal(last->name, name);
	if (last->grade != grade || !strstr(last->says, fragment))
		fail_msg("%s: %d \"%s\"", name, last->grade, last->says);
	f->count = 0;
}

static void test_disk(void **state)
{
	static const struct {
		uint64_t free_mib, all_mib, inodes_free, inodes;
		enum grade grade;
		const char *says;
	} ROWS[] = {
		{50000, 100000, 900000, 1000000, GRADE_OK, "50000 MiB are free"},
		{1024, 20000, 900000, 1000000, GRADE_OK, "1024 MiB"},
		{1023, 20000, 900000, 1000000, GRADE_WARNING, "1023 MiB are free: make room"},
		{4999, 100000, 900000, 1000000, GRADE_WARNING, "4999 MiB"},
		{99, 500, 900000, 1000000, GRADE_WRONG,
			"99 MiB are free: make room on the disk of /x at once"},
		{0, 0, 0, 0, GRADE_WRONG, "0 MiB"},
		{50000, 100000, 40000, 1000000, GRADE_WARNING, "only 40000 more files"},
		{50000, 100000, 999, 1000000, GRADE_WRONG, "only 999 more files"},
		{50000, 100000, 0, 0, GRADE_OK, "50000 MiB"}, /* a file system without a table */
	};
	struct findings f = {.arena = arena_new(64 * KIB)};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		struct statvfs fs = {.f_frsize = 4096,
			.f_bavail = ROWS[i].free_mib * MIB / 4096,
			.f_blocks = ROWS[i].all_mib * MIB / 4096,
			.f_favail = ROWS[i].inodes_free,
			.f_files = ROWS[i].inodes};

		check_disk(&f, "/x", &fs);
		expect(&f, "disk", ROWS[i].grade, ROWS[i].says);
	}
	arena_free(f.arena);
}

static void test_certificate(void **state)
{
	struct findings f = {.arena = arena_new(64 * KIB)};

	(void)state;
	check_certificate(&f, "h.example", 60 * DAY + HOUR);
	expect(&f, "tls", GRADE_OK, "the certificate of h.example is good for 60 days");
	check_certificate(&f, "h.example", 14 * DAY);
	expect(&f, "tls", GRADE_OK, "14 days");
	check_certificate(&f, "h.example", 14 * DAY - 1);
	expect(&f, "tls", GRADE_WARNING, "13 days: renew it");
	check_certificate(&f, "h.example", 2 * DAY - 1);
	expect(&f, "tls", GRADE_WRONG, "1 days: renew it");
	arena_free(f.arena);
}

static void test_clock(void **state)
{
	static const struct {
		int64_t date, before, after; /* seconds */
		enum grade grade;
		const char *says;
	} ROWS[] = {
		{1000, 1000, 1000, GRADE_OK, "goes as that of the own address"},
		{1000, 1001, 1002, GRADE_OK, ""},
		{1000, 990, 1010, GRADE_OK, ""},
		{1000, 1009, 1009, GRADE_OK, ""},
		{1000, 1010, 1020, GRADE_WARNING, "this machine is 10 s before what"},
		{1020, 1000, 1010, GRADE_WARNING, "this machine is 10 s behind what"},
		{1000, 1300, 1301, GRADE_WRONG, "300 s before"},
		{9000, 1300, 1301, GRADE_WRONG, "7699 s behind"},
	};
	struct findings f = {.arena = arena_new(64 * KIB)};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		check_clock(
			&f, ROWS[i].date * SECOND, ROWS[i].before * SECOND, ROWS[i].after * SECOND);
		expect(&f, "clock", ROWS[i].grade, ROWS[i].says);
	}
	check_clock(&f, -1, 0, 0);
	expect(&f, "clock", GRADE_WARNING, "bears no Date");
	arena_free(f.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_disk),
		cmocka_unit_test(test_certificate),
		cmocka_unit_test(test_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
