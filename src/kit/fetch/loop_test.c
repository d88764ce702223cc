/* The loop: feeding, lanes with real transfers, calls from other threads, and stopping in the midst
 * of it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "kit/fetch/ask_testing.h"
#include "kit/fetch/peer_testing.h"

#define MANY 200

static bool answer(struct peer *p, int fd, const char *request)
{
	if (strstr(request, "/late"))
		clock_sleep(100);
	if (strstr(request, "/never")) {
		while (peer_running(p))
			clock_sleep(20);
		return false;
	}
	peer_writes(fd, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
	return true;
}

/* Feeds MANY transfers as there is room. All but the lock's fields belong to the loop's thread. */
struct feeder {
	struct fetch_loop *loop;
	struct transfer transfers[MANY];
	char url[MANY][64];
	int count, started, ended, ok, stopped, most, turns;
	bool slow;
	pthread_mutex_t lock;
	pthread_cond_t all_ended;
	int seen; /* under lock */
};

static void done(struct transfer *t)
{
	struct feeder *f = t->owner;

	f->ended++;
	if (t->error == 0 && t->status == 202)
		f->ok++;
	if (t->error == ERR_NETWORK && str_eq(t->why, "stopping"))
		f->stopped++;
	pthread_mutex_lock(&f->lock);
	f->seen = f->ended;
	pthread_cond_signal(&f->all_ended);
	pthread_mutex_unlock(&f->lock);
}

static void feed(void *arg)
{
	struct feeder *f = arg;

	f->turns++;
	while (f->started < f->count && fetch_room(f->loop, f->slow) > 0) {
		struct transfer *t = &f->transfers[f->started];

		*t = (struct transfer){.url = f->url[f->started],
			.method = "POST",
			.body = "x",
			.body_len = 1,
			.slow = f->slow,
			.done = done,
			.owner = f};
		f->started++;
		fetch_start(f->loop, t);
		if (f->started - f->ended > f->most)
			f->most = f->started - f->ended;
	}
}

static struct feeder *feeder_new(
	struct fetch_loop *loop, const struct peer *p, const char *path, int count)
{
	struct feeder *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->loop = loop;
	f->count = count;
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->all_ended, NULL);
	for (int i = 0; i < count; i++)
		snprintf(f->url[i], sizeof(f->url[i]), "http://127.0.%d.%d:%d/%s", i / 100,
			1 + i % 100, peer_port(p), path);
	return f;
}

static void feeder_wait(struct feeder *f)
{
	pthread_mutex_lock(&f->lock);
	while (f->seen < f->count)
		pthread_cond_wait(&f->all_ended, &f->lock);
	pthread_mutex_unlock(&f->lock);
}

static void feeder_free(struct feeder *f)
{
	pthread_mutex_destroy(&f->lock);
	pthread_cond_destroy(&f->all_ended);
	free(f);
}

static void test_feed(void **state)
{
	struct peer *p = peer_new(answer);
	struct fetch_loop *loop = ask_loop_new();
	struct feeder *f = feeder_new(loop, p, "late", MANY);
	int64_t from = clock_steady();

	(void)state;
	fetch_loop_feed(loop, feed, f);
	fetch_loop_call(loop, feed, f);
	feeder_wait(f);
	fetch_loop_free(loop); /* now the fields may be read */
	assert_int_equal(f->ok, MANY);
	assert_int_equal(f->ended, MANY);
	/* 32 at a time would take 700 ms; the lane has widened. */
	assert_true(f->most > 32);
	assert_true(f->turns > 1);
	assert_in_range(clock_steady() - from, 100, 20 * SECOND);
	feeder_free(f);
	peer_free(p);
}

/* Those that never answer leave the fast lane after 300 ms, and so the others get through. */
static void test_slow_leave(void **state)
{
	struct peer *p = peer_new(answer);
	struct fetch_loop *loop = ask_loop_new();
	struct feeder *dead = feeder_new(loop, p, "never", 100),
		      *live = feeder_new(loop, p, "now", 50);

	(void)state;
	ask_call(loop, feed, dead);
	fetch_loop_feed(loop, feed, live);
	feeder_wait(live);
	clock_sleep(350);
	fetch_loop_free(loop);
	assert_int_equal(live->ok, 50);
	assert_int_equal(dead->ok, 0);
	assert_int_equal(dead->started, dead->stopped);
	assert_true(dead->started >= 32);
	assert_true(dead->transfers[0].slow);
	feeder_free(dead);
	feeder_free(live);
	peer_free(p);
}

struct rooms {
	struct fetch_loop *loop;
	int fast, slow;
};

static void read_rooms(void *arg)
{
	struct rooms *r = arg;

	r->fast = fetch_room(r->loop, false);
	r->slow = fetch_room(r->loop, true);
}

static void test_slow_start(void **state)
{
	struct peer *p = peer_new(answer);
	struct fetch_loop *loop = ask_loop_new();
	struct feeder *f = feeder_new(loop, p, "never", 40);
	struct rooms before = {.loop = loop}, after = {.loop = loop};

	(void)state;
	f->slow = true;
	ask_call(loop, read_rooms, &before);
	ask_call(loop, feed, f);
	ask_call(loop, read_rooms, &after);
	assert_int_equal(before.fast, 32);
	assert_int_equal(after.fast, 32);
	assert_int_equal(before.slow - after.slow, 40);
	fetch_loop_free(loop);
	assert_int_equal(f->stopped, 40);
	feeder_free(f);
	peer_free(p);
}

/* Whoever starts a new transfer at each end must be let go too. */
static void restart(struct transfer *t)
{
	struct feeder *f = t->owner;

	f->ended++;
	if (t->error == ERR_NETWORK && ++f->stopped > 3)
		return;
	fetch_start(f->loop, t);
}

static void begin(void *arg)
{
	struct feeder *f = arg;

	f->transfers[0] =
		(struct transfer){.url = f->url[0], .method = "GET", .done = restart, .owner = f};
	fetch_start(f->loop, &f->transfers[0]);
}

static void test_stop_restarting(void **state)
{
	struct peer *p = peer_new(answer);
	struct fetch_loop *loop = ask_loop_new();
	struct feeder *f = feeder_new(loop, p, "now", 1);

	(void)state;
	ask_call(loop, begin, f);
	clock_sleep(50);
	fetch_loop_free(loop);
	assert_int_equal(f->stopped, 4);
	assert_true(f->ended > 4);
	feeder_free(f);
	peer_free(p);
}

struct counter {
	atomic_int calls;
	struct fetch_loop *loop;
	bool again;
};

static void count(void *arg)
{
	struct counter *c = arg;

	if (atomic_fetch_add(&c->calls, 1) == 0 && c->again)
		fetch_loop_call(c->loop, count, c);
}

static void *call_often(void *arg)
{
	struct counter *c = arg;

	for (int i = 0; i < 1000; i++)
		fetch_loop_call(c->loop, count, c);
	return NULL;
}

static void test_calls(void **state)
{
	struct counter c = {.loop = ask_loop_new(), .again = true};
	pthread_t threads[4];

	(void)state;
	for (size_t i = 0; i < LENGTH(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, call_often, &c), 0);
	for (size_t i = 0; i < LENGTH(threads); i++)
		pthread_join(threads[i], NULL);
	/* None is lost, however the loop ends: neither queued ones nor those that queue another. */
	fetch_loop_free(c.loop);
	assert_int_equal(atomic_load(&c.calls), 4001);
}

/* A call wakes a loop that has nothing to do, each time. */
static void test_wakes(void **state)
{
	struct counter c = {.loop = ask_loop_new()};

	(void)state;
	for (int i = 0; i < 300; i++) {
		ask_call(c.loop, count, &c);
		assert_int_equal(atomic_load(&c.calls), i + 1);
	}
	fetch_loop_free(c.loop);
}

static void test_empty_loops(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++)
		fetch_loop_free(ask_loop_new());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_feed),
		cmocka_unit_test(test_slow_leave),
		cmocka_unit_test(test_slow_start),
		cmocka_unit_test(test_stop_restarting),
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_wakes),
		cmocka_unit_test(test_empty_loops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
