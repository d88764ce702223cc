/* The loop itself: its thread, epoll, the wake-up, calls from other threads, libcurl's timer. */
#include "kit/fetch/loop.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/priority.h"

#define EVENTS_MAX 256

static int socket_changed(CURL *easy, curl_socket_t fd, int what, void *p, void *unused)
{
	static const unsigned char events[] = {[CURL_POLL_IN] = EPOLLIN,
		[CURL_POLL_OUT] = EPOLLOUT,
		[CURL_POLL_INOUT] = EPOLLIN | EPOLLOUT};
	struct shard *shard = p;

	(void)easy, (void)unused;
	watch_want(&shard->loop->watches, fd, shard, what == CURL_POLL_REMOVE ? 0 : events[what]);
	return 0;
}

static int timer_changed(CURLM *multi, long ms, void *p)
{
	struct shard *shard = p;

	(void)multi;
	shard->timer_set = ms >= 0;
	if (ms >= 0)
		clock_real_deadline(ms < 3600000 ? (int)ms : 3600000, &shard->timer);
	return 0;
}

int loop_shard_renew(struct shard *shard)
{
	CURLM *old = shard->multi;
	CURLM *multi = curl_multi_init();

	if (!multi)
		return ERR_MEMORY;
	if (old)
		curl_multi_cleanup(old);
	curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket_changed);
	curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, shard);
	curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer_changed);
	curl_multi_setopt(multi, CURLMOPT_TIMERDATA, shard);
	/* request.c keeps the count. */
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 1L << 20);
	shard->multi = multi;
	shard->timer_set = false;
	return 0;
}

/* Real milliseconds until libcurl wants to be asked, rounded up; 0: now, -1: never. */
static int timer_left(const struct shard *shard, const struct timespec *now)
{
	int64_t left;

	if (!shard->timer_set)
		return -1;
	left = (shard->timer.tv_sec - now->tv_sec) * 1000000000LL + shard->timer.tv_nsec -
	       now->tv_nsec;
	return left <= 0 ? 0 : (int)((left + 999999) / 1000000);
}

static int least(int a, int b)
{
	return a < 0 ? b : b < 0 || a < b ? a : b;
}

static int timers_left(const struct fetch_loop *loop)
{
	struct timespec now;
	int left = -1;

	clock_real_deadline(0, &now);
	for (int i = 0; i < loop->shard_count; i++)
		left = least(left, timer_left(&loop->shards[i], &now));
	return left;
}

static void drive_timers(struct fetch_loop *loop)
{
	struct timespec now;
	int running;

	clock_real_deadline(0, &now);
	for (int i = 0; i < loop->shard_count; i++) {
		struct shard *shard = &loop->shards[i];
		long ms = -1;

		if (timer_left(shard, &now) != 0)
			continue;
		shard->timer_set = false;
		curl_multi_socket_action(shard->multi, CURL_SOCKET_TIMEOUT, 0, &running);
		/* libcurl does not repeat a time that it has told before. */
		if (!shard->timer_set && curl_multi_timeout(shard->multi, &ms) == CURLM_OK)
			timer_changed(shard->multi, ms, shard);
	}
}

static void run_calls(struct fetch_loop *loop)
{
	struct call *call;

	if (!atomic_load(&loop->called))
		return;
	pthread_mutex_lock(&loop->lock);
	call = loop->calls;
	loop->calls = NULL;
	loop->calls_tail = &loop->calls;
	atomic_store(&loop->called, false);
	pthread_mutex_unlock(&loop->lock);
	while (call) {
		struct call *next = call->next;

		call->fn(call->arg);
		free(call);
		call = next;
	}
	loop->hungry = true;
}

static void feed(struct fetch_loop *loop)
{
	void (*fn)(void *arg);

	if (!loop->hungry)
		return;
	loop->hungry = false;
	fn = atomic_load(&loop->feed);
	if (fn && (lanes_room(&loop->lanes, false) > 0 || lanes_room(&loop->lanes, true) > 0))
		fn(atomic_load(&loop->feed_arg));
}

static void age(struct fetch_loop *loop, int64_t now)
{
	struct lane_place *place;

	while ((place = lanes_age(&loop->lanes, now))) {
		((struct slot *)place)->t->slow = true;
		loop->hungry = true;
	}
}

static bool is_quiet(const struct fetch_loop *loop)
{
	return loop->lanes.fast_count + loop->lanes.slow_count == 0;
}

static int wait_for(struct fetch_loop *loop, int64_t now)
{
	int64_t lanes = lanes_next(&loop->lanes, now);
	int ms = timers_left(loop);

	if (loop->ended || loop->hungry || atomic_load(&loop->called) || atomic_load(&loop->stop))
		return 0;
	if (lanes >= 0)
		ms = least(ms, clock_wait(lanes));
	if (is_quiet(loop) && loop->watches.kept > 0)
		ms = least(ms, clock_wait(KEEP_SECONDS * SECOND));
	return ms;
}

static void dispatch(struct fetch_loop *loop, const struct epoll_event *e)
{
	int fd = e->data.fd, action = 0, running;
	const struct watch *of;
	unsigned char wanted;

	if (fd == loop->wake)
		return;
	of = &loop->watches.of[fd];
	wanted = of->wanted;
	if (wanted == 0) {
		watch_forget(&loop->watches, fd);
		return;
	}
	/* An error is found by the reading or writing that was waited for, which says more about
	 * it. */
	if ((wanted & EPOLLIN) && (e->events & (EPOLLIN | EPOLLERR | EPOLLHUP)))
		action |= CURL_CSELECT_IN;
	if ((wanted & EPOLLOUT) && (e->events & (EPOLLOUT | EPOLLERR | EPOLLHUP)))
		action |= CURL_CSELECT_OUT;
	if (action)
		curl_multi_socket_action(((struct shard *)of->shard)->multi, fd, action, &running);
}

static void wait_and_dispatch(struct fetch_loop *loop)
{
	struct epoll_event events[EVENTS_MAX];
	int64_t before = clock_steady(), now;
	int n;

	watches_flush(&loop->watches);
	atomic_store(&loop->sleeping, true);
	n = epoll_wait(loop->watches.epoll, events, EVENTS_MAX, wait_for(loop, before));
	atomic_store(&loop->sleeping, false);
	now = clock_steady();
	loop->hungry |= lanes_waited(&loop->lanes, now - before, now);
	for (int i = 0; i < n; i++) {
		dispatch(loop, &events[i]);
		/* A signature takes a third of a millisecond: who answers people waits for one at
		 * most, not for the end of our slice. */
		if (loop->options.niceness > 0)
			sched_yield();
	}
}

/* Nothing has run for a while: the kept connections are mostly dead by now, and their memory is
 * better given back at once than searched by the next transfers. */
static void rest(struct fetch_loop *loop, int64_t now)
{
	if (!is_quiet(loop) || loop->watches.kept == 0) {
		loop->quiet_since = now;
		return;
	}
	if (now - loop->quiet_since < KEEP_SECONDS * SECOND)
		return;
	for (int i = 0; i < loop->shard_count; i++) {
		if (loop_shard_renew(&loop->shards[i]) < 0)
			break;
	}
	slots_drop(loop, LANE_FAST_MIN);
	loop->quiet_since = now;
}

void *loop_run(void *p)
{
	struct fetch_loop *loop = p;

	pthread_setname_np(pthread_self(), "fetch");
	if (loop->options.niceness > 0)
		priority_set(loop->options.niceness);
	loop->quiet_since = clock_steady();
	while (!atomic_load(&loop->stop)) {
		run_calls(loop);
		feed(loop);
		drive_timers(loop);
		transfers_collect(
			loop); /* what a timer has ended would else be found after the wait */
		wait_and_dispatch(loop);
		transfers_collect(loop);
		age(loop, clock_steady());
		rest(loop, clock_steady());
	}
	loop->stopping = true;
	do {
		transfers_stop(loop);
		run_calls(loop);
	} while (loop->ended || atomic_load(&loop->called));
	return NULL;
}

void loop_wake(struct fetch_loop *loop)
{
	uint64_t one = 1;

	while (write(loop->wake, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

void fetch_loop_call(struct fetch_loop *loop, void (*fn)(void *arg), void *arg)
{
	struct call *call = malloc(sizeof(*call));

	/* Somebody waits for this call, perhaps with a lock held: going on without it is worse than
	 * ending. */
	if (!call)
		abort();
	*call = (struct call){.fn = fn, .arg = arg};
	pthread_mutex_lock(&loop->lock);
	*loop->calls_tail = call;
	loop->calls_tail = &call->next;
	atomic_store(&loop->called, true);
	pthread_mutex_unlock(&loop->lock);
	if (atomic_load(&loop->sleeping))
		loop_wake(loop);
}

void fetch_loop_feed(struct fetch_loop *loop, void (*fn)(void *arg), void *arg)
{
	atomic_store(&loop->feed_arg, arg);
	atomic_store(&loop->feed, fn);
}

int fetch_room(struct fetch_loop *loop, bool slow)
{
	return loop->stopping ? 0 : lanes_room(&loop->lanes, slow);
}
