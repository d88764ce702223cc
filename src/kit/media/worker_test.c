/* Turns: as many at once as are allowed, the rest in the order of asking, and no crowd at the door.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <sched.h>
#include <string.h>

#include "kit/media/worker.h"

struct caller {
	struct media_worker *w;
	pthread_t thread;
	int rc;
	int place; /* in which it had its turn */
	int *places;
};

static uint64_t asked(struct media_worker *w)
{
	uint64_t n;

	pthread_mutex_lock(&w->lock);
	n = w->next;
	pthread_mutex_unlock(&w->lock);
	return n;
}

static void *call(void *arg)
{
	struct caller *c = arg;
	struct err err;

	c->rc = worker_enter(c->w, &err);
	if (c->rc == 0) {
		c->place = __atomic_fetch_add(c->places, 1, __ATOMIC_SEQ_CST);
		worker_leave(c->w);
	}
	return NULL;
}

static void in_order(void **state)
{
	const struct media_options options = {0};
	struct caller callers[MEDIA_WAITING_MAX];
	struct err err = {0};
	struct media_worker *w = media_worker_new(&options, &err);
	int places = 0;

	(void)state;
	assert_non_null(w);
	for (int i = 0; i < MEDIA_AT_ONCE; i++)
		assert_int_equal(worker_enter(w, &err), 0);
	for (int i = 0; i < MEDIA_WAITING_MAX; i++) {
		callers[i] = (struct caller){.w = w, .places = &places};
		assert_int_equal(pthread_create(&callers[i].thread, NULL, call, &callers[i]), 0);
		while (asked(w) != (uint64_t)(MEDIA_AT_ONCE + i + 1))
			sched_yield();
	}
	assert_int_equal(worker_enter(w, &err), ERR_BUSY);
	assert_string_equal(
		err.text, "Too many pictures are being made: send this one again in a minute.");
	assert_int_equal(__atomic_load_n(&places, __ATOMIC_SEQ_CST), 0);
	for (int i = 0; i < MEDIA_AT_ONCE; i++)
		worker_leave(w);
	for (int i = 0; i < MEDIA_WAITING_MAX; i++) {
		pthread_join(callers[i].thread, NULL);
		assert_int_equal(callers[i].rc, 0);
		/* Nobody comes before those who asked earlier have their turn. */
		assert_true(callers[i].place + MEDIA_AT_ONCE > i);
	}
	assert_int_equal(worker_enter(w, &err), 0);
	worker_leave(w);
	media_worker_free(w);
}

static void options_told(void **state)
{
	static char path[PATH_MAX + 1];
	struct media_options options = {.program = path};
	struct err err = {0};

	(void)state;
	memset(path, 'x', PATH_MAX);
	assert_null(media_worker_new(&options, &err));
	assert_int_equal(err.code, ERR_INVALID);
	media_worker_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(options_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
