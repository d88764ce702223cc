/* What an answer means, and when a host is tried again or given up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "core/host.h"

#define NOW (20000 * DAY)

static void answers(void **state)
{
	static const struct {
		int error, status;
		enum outcome_kind kind;
	} ROWS[] = {
		{0, 200, OUTCOME_OK},
		{0, 201, OUTCOME_OK},
		{0, 202, OUTCOME_OK},
		{0, 204, OUTCOME_OK},
		{0, 299, OUTCOME_OK},
		{0, 401, OUTCOME_PASSING},
		{0, 408, OUTCOME_PASSING},
		{0, 425, OUTCOME_PASSING},
		{0, 429, OUTCOME_PASSING},
		{0, 500, OUTCOME_PASSING},
		{0, 502, OUTCOME_PASSING},
		{0, 503, OUTCOME_PASSING},
		{0, 504, OUTCOME_PASSING},
		{0, 520, OUTCOME_PASSING},
		{0, 599, OUTCOME_PASSING},
		{0, 410, OUTCOME_GONE},
		{0, 501, OUTCOME_REFUSED},
		{0, 400, OUTCOME_REFUSED},
		{0, 403, OUTCOME_REFUSED},
		{0, 404, OUTCOME_REFUSED},
		{0, 405, OUTCOME_REFUSED},
		{0, 406, OUTCOME_REFUSED},
		{0, 413, OUTCOME_REFUSED},
		{0, 415, OUTCOME_REFUSED},
		{0, 422, OUTCOME_REFUSED},
		{0, 301, OUTCOME_REFUSED}, /* a POST is not sent on to another address */
		{0, 308, OUTCOME_REFUSED},
		{0, 199, OUTCOME_REFUSED},
		{0, 0, OUTCOME_REFUSED},
		{ERR_NETWORK, 0, OUTCOME_PASSING},
		{ERR_TIMEOUT, 0, OUTCOME_PASSING},
		{ERR_IO, 0, OUTCOME_PASSING},
		{ERR_MEMORY, 0, OUTCOME_PASSING},
		{ERR_NETWORK, 200, OUTCOME_PASSING}, /* it broke off within the answer */
		{ERR_DENIED, 0, OUTCOME_PASSING},    /* a resolver that answers 127.0.0.1 today */
		{ERR_INVALID, 0, OUTCOME_PASSING},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++)
		if (outcome_classify(ROWS[i].error, ROWS[i].status) != ROWS[i].kind)
			fail_msg("error %d, status %d: %d", ROWS[i].error, ROWS[i].status,
				outcome_classify(ROWS[i].error, ROWS[i].status));
}

static void back_off(void **state)
{
	static const int64_t MIDDLE[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360};
	struct host low = {.window = 8}, middle = {.window = 8}, high = {.window = 8};

	(void)state;
	for (size_t i = 0; i < LENGTH(MIDDLE); i++) {
		int64_t most = MIDDLE[i] * MINUTE * 12 / 10;

		host_failed(&low, NOW, 0, 0, "a");
		host_failed(&middle, NOW, 0, 0.5, "a");
		host_failed(&high, NOW, 0, 1, "a");
		assert_int_equal(middle.next_at - NOW, MIDDLE[i] * MINUTE);
		if (MIDDLE[i] < 360)
			assert_int_equal(low.next_at - NOW, MIDDLE[i] * MINUTE * 8 / 10);
		assert_true(low.next_at - NOW >= MIDDLE[i] * MINUTE * 8 / 10);
		assert_int_equal(high.next_at - NOW, most > 6 * HOUR ? 6 * HOUR : most);
		assert_int_equal(middle.attempts, i + 1);
		assert_int_equal(middle.state, HOST_PARKED);
		assert_int_equal(middle.failing_since, NOW);
		assert_int_equal(middle.window, 1);
		assert_string_equal(middle.why, "a");
	}
	middle.attempts = 1000000; /* no overflow, however long it went on */
	host_failed(&middle, NOW, 0, 1, "a");
	assert_int_equal(middle.next_at - NOW, 6 * HOUR);
}

static void retry_after(void **state)
{
	static const struct {
		int attempts;
		int64_t asked, wait;
	} ROWS[] = {
		{0, 0, MINUTE},
		{0, 10 * SECOND, MINUTE}, /* never sooner than the back-off */
		{0, MINUTE, MINUTE},
		{0, 90 * SECOND, 90 * SECOND},
		{0, 12 * HOUR,
			12 * HOUR}, /* longer than the longest back-off, if they ask for it */
		{0, 7 * DAY, 7 * DAY},
		{0, 8 * DAY, 7 * DAY},
		{0, INT64_MAX, 7 * DAY},
		{0, -1, MINUTE},
		{5, 10 * MINUTE, 32 * MINUTE},
		{5, 40 * MINUTE, 40 * MINUTE},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		struct host h = {.attempts = ROWS[i].attempts, .failing_since = NOW};

		host_failed(&h, NOW, ROWS[i].asked, 0.5, "answered 429");
		assert_int_equal(h.next_at - NOW, ROWS[i].wait);
		assert_int_equal(h.state, HOST_PARKED);
	}
}

static void retirement(void **state)
{
	struct host h = {.window = 8, .last_ok_at = NOW - DAY};

	(void)state;
	host_failed(&h, NOW, 0, 0.5, "a");
	host_failed(&h, NOW + 7 * DAY - 1, 0, 0.5, "b");
	assert_int_equal(h.state, HOST_PARKED);
	assert_int_equal(h.failing_since, NOW);
	host_failed(&h, NOW + 7 * DAY, 0, 0.5, "c");
	assert_int_equal(h.state, HOST_RETIRED);
	assert_string_equal(h.why, "c");
}

static void success(void **state)
{
	struct host h = {.window = 1};

	(void)state;
	host_failed(&h, NOW, 0, 0.5, "a");
	host_failed(&h, NOW + 7 * DAY, 0, 0.5, "a");
	for (int i = 1; i <= HOST_WINDOW_MAX + 3; i++) {
		host_succeeded(&h, NOW + i);
		assert_int_equal(h.state, HOST_LIVE);
		assert_int_equal(h.attempts, 0);
		assert_int_equal(h.failing_since, 0);
		assert_int_equal(h.next_at, 0);
		assert_int_equal(h.last_ok_at, NOW + i);
		assert_int_equal(h.window, i + 1 < HOST_WINDOW_MAX ? i + 1 : HOST_WINDOW_MAX);
		assert_string_equal(h.why, "");
	}
	/* The seven days are counted anew from the next failure. */
	host_failed(&h, NOW + 9 * DAY, 0, 0.5, "b");
	assert_int_equal(h.state, HOST_PARKED);
	assert_int_equal(h.failing_since, NOW + 9 * DAY);
	assert_int_equal(h.next_at, NOW + 9 * DAY + MINUTE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(back_off),
		cmocka_unit_test(retry_after),
		cmocka_unit_test(retirement),
		cmocka_unit_test(success),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
