/* Hostile files, each to the real chorsu-media: it costs one clear sentence or is a harmless
 * picture, within the limit of time, and the next picture is made as if nothing had been. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "kit/media/child/child.h"
#include "kit/media/child/hostile_testing.h"
#include "kit/media/child/pictures_testing.h"

#define IN_MAX    (64 * MIB)
#define LIMIT_MS  10000
#define SLACK_MS  5000 /* to send the file, start a process and end it */
#define MUTATIONS 16   /* of each form */

static struct media_worker *worker;

static int setup(void **state)
{
	const struct media_options options = {.limit_ms = LIMIT_MS};
	struct err err;

	(void)state;
	worker = media_worker_new(&options, &err);
	return worker && library_start("test") == 0 ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	media_worker_free(worker);
	return 0;
}

/* About the picture, for who sent it: not about us, and in one line. */
static void assert_sentence(const char *name, const struct err *err, int rc)
{
	static const int CODES[] = {ERR_INVALID, ERR_TOO_LARGE, ERR_TIMEOUT, ERR_UNSUPPORTED};
	bool known = false;

	for (size_t i = 0; i < LENGTH(CODES); i++)
		known = known || rc == CODES[i];
	if (!known || err->code != rc || !str_starts(err->text, "The ") ||
		!str_ends(err->text, ".") || strchr(err->text, '\n') || strlen(err->text) > 100)
		fail_msg("%s: %d (%d), \"%s\"", name, rc, err->code, err->text);
}

static int attack(const char *name, const struct buf *file)
{
	AUTO(media_result_done) struct media_result r = {0};
	struct ctx cx = {0};
	const int64_t began = clock_steady();
	const int rc = media_make(&cx, worker, buf_text(file), file->len, MEDIA_PICTURE, &r);
	const int64_t took = clock_steady() - began;

	if (took > LIMIT_MS + SLACK_MS)
		fail_msg("%s: took %d ms", name, (int)took);
	if (rc == 0 && picture_fault(&r))
		fail_msg("%s: %s", name, picture_fault(&r));
	if (rc < 0)
		assert_sentence(name, &cx.err, rc);
	print_message("%5d ms  %-45s %s\n", (int)took, name, rc ? cx.err.text : "harmless");
	return rc;
}

static int attack_all(const struct hostile *rows)
{
	int count = 0, wrong = 0;

	/* All are tried before the first that came out otherwise is told. */
	for (; rows[count].name; count++) {
		AUTO(buf_done) struct buf file = BUF(IN_MAX);
		int rc;

		rows[count].make(&file);
		assert_false(file.failed);
		rc = attack(rows[count].name, &file);
		if (rows[count].outcome == HOSTILE_ANY || rc == rows[count].outcome)
			continue;
		print_message("%s: %d, not %d\n", rows[count].name, rc, rows[count].outcome);
		wrong++;
	}
	assert_int_equal(wrong, 0);
	return count;
}

static void hostile(void **state)
{
	(void)state;
	assert_in_range(
		attack_all(hostile_lies) + attack_all(hostile_bombs) + attack_all(hostile_odd), 60,
		1000);
}

static void mutated(void **state)
{
	static const struct picture_wish WISHES[] = {
		{.form = MEDIA_JPEG, .orientation = 6, .colours = PICTURE_P3, .told = true},
		{.form = MEDIA_PNG, .colours = PICTURE_P3, .interlaced = true, .told = true},
		{.form = MEDIA_WEBP, .colours = PICTURE_RGB_ALPHA, .told = true},
		{.form = MEDIA_GIF, .frames = 3},
	};
	AUTO(buf_done) struct buf good = BUF(IN_MAX);

	(void)state;
	for (size_t i = 0; i < LENGTH(WISHES); i++) {
		struct picture_wish wish = WISHES[i];

		wish.width = wish.height = 200;
		picture_encode(&wish, &good);
		for (unsigned int n = 1; n <= MUTATIONS; n++) {
			AUTO(buf_done) struct buf file = BUF(IN_MAX);
			char name[64];

			buf_add(&file, good.data, good.len);
			hostile_mutate(&file, n);
			snprintf(name, sizeof name, "%s, variation %u", media_type(wish.form), n);
			attack(name, &file);
		}
	}
}

static void as_if_nothing_had_been(void **state)
{
	const struct picture_wish wish = {.form = MEDIA_JPEG, .width = 60, .height = 40};
	AUTO(buf_done) struct buf file = BUF(IN_MAX);

	(void)state;
	picture_encode(&wish, &file);
	assert_int_equal(attack("a good picture", &file), 0);
	assert_int_equal(access("/tmp/pwned", F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile),
		cmocka_unit_test(mutated),
		cmocka_unit_test(as_if_nothing_had_been),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
