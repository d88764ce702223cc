/* How often somebody else's server is asked for a key because a stranger wants it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/auto.h"
#include "feature/fediverse/key_gate.h"

#define NOW     ((int64_t)1700000000000)
#define THREADS 8
#define ROUNDS  2000

static void one_key(void **state)
{
	static const struct {
		const char *key;
		int64_t after;
		bool pass;
	} ROWS[] = {
		{"https://a.example/users/a#main-key", 0, true},
		{"https://a.example/users/a#main-key", 0, false},
		{"https://a.example/users/a#main-key", KEY_GATE_EACH_MS - 1, false},
		{"https://a.example/users/b#main-key", KEY_GATE_EACH_MS - 1, true},
		{"https://a.example/users/a", KEY_GATE_EACH_MS - 1, true},
		{"https://a.example/users/a#main-key", KEY_GATE_EACH_MS, true},
		/* What was refused does not count: the minute runs from the last fetch. */
		{"https://a.example/users/a#main-key", 2 * KEY_GATE_EACH_MS - 1, false},
		{"https://a.example/users/a#main-key", 2 * KEY_GATE_EACH_MS, true},
		{"", 0, true},
		{"", 1, false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(ROWS); i++)
		if (key_gate_pass(ROWS[i].key, "a.example", NOW + ROWS[i].after) != ROWS[i].pass)
			fail_msg("row %zu: %s after %lld ms", i, ROWS[i].key,
				(long long)ROWS[i].after);
}

static int count_passes(const char *host, int64_t now, const char *tag, int asked)
{
	int passed = 0;

	for (int i = 0; i < asked; i++) {
		char key[80];

		snprintf(key, sizeof(key), "https://%s/%s/%d", host, tag, i);
		passed += key_gate_pass(key, host, now);
	}
	return passed;
}

/* Forged requests with ever new key ids at one host. */
static void one_host(void **state)
{
	const int64_t later = NOW + 10 * KEY_GATE_HOST_PERIOD;

	(void)state;
	assert_int_equal(count_passes("b.example", later, "first", 3 * KEY_GATE_HOST_MAX),
		KEY_GATE_HOST_MAX);
	assert_int_equal(
		count_passes("b.example", later + KEY_GATE_HOST_PERIOD - 1, "second", 50), 0);
	assert_int_equal(count_passes("c.example", later, "first", 50), 50);
	assert_int_equal(count_passes("b.example", later + KEY_GATE_HOST_PERIOD, "third", 50), 50);
}

static atomic_int passed;

static void *ask(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++)
		if (key_gate_pass(
			    "https://d.example/key", "d.example", NOW + 20 * KEY_GATE_EACH_MS))
			atomic_fetch_add(&passed, 1);
	return NULL;
}

static void threads(void **state)
{
	pthread_t t[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&t[i], NULL, ask, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	assert_int_equal(atomic_load(&passed), 1);
}

static atomic_int inside, most, rounds;

static void *go_in(void *arg)
{
	for (int i = 0; i < ROUNDS / 10; i++) {
		int now;

		key_gate_enter(arg);
		now = atomic_fetch_add(&inside, 1) + 1;
		if (now > atomic_load(&most))
			atomic_store(&most, now);
		atomic_fetch_add(&rounds, 1);
		atomic_fetch_sub(&inside, 1);
		key_gate_leave(arg);
	}
	return NULL;
}

/* With one key nobody else is in; another key waits for nobody. */
static void one_at_a_time(void **state)
{
	pthread_t t[THREADS];

	(void)state;
	key_gate_enter("https://e.example/other");
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&t[i], NULL, go_in, "https://e.example/key"), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	key_gate_leave("https://e.example/other");
	assert_int_equal(atomic_load(&rounds), THREADS * ROUNDS / 10);
	assert_int_equal(atomic_load(&most), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_key),
		cmocka_unit_test(one_host),
		cmocka_unit_test(threads),
		cmocka_unit_test(one_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
