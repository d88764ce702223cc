/* Readings of time, and waiting. Dates as text live in clock_date.c. */
#include "base/clock.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <time.h>

/* Written by clock_setup alone, before there are threads. */
static int64_t shift;
static double speed = 1;
static int64_t wall_from;   /* the machine's wall time from which on the clock runs at speed */
static int64_t steady_from; /* the same for its steady time */

static int64_t read_machine(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * SECOND + t.tv_nsec / 1000000;
}

void clock_setup(int64_t shift_ms, double run_speed)
{
	clock_setup_from(read_machine(CLOCK_REALTIME), shift_ms, run_speed);
}

void clock_setup_from(int64_t from_ms, int64_t shift_ms, double run_speed)
{
	assert(run_speed > 0 && isfinite(run_speed));
	shift = shift_ms;
	speed = run_speed;
	wall_from = from_ms;
	steady_from = read_machine(CLOCK_MONOTONIC);
}

/* The exact integer at speed 1, which every real run has. */
static int64_t scale(int64_t machine, int64_t from)
{
	if (speed == 1)
		return machine;
	return from + (int64_t)((double)(machine - from) * speed);
}

int64_t clock_now(void)
{
	return scale(read_machine(CLOCK_REALTIME), wall_from) + shift;
}

int64_t clock_steady(void)
{
	return scale(read_machine(CLOCK_MONOTONIC), steady_from);
}

int clock_wait(int64_t ms)
{
	double real;

	if (ms <= 0)
		return 0;
	real = ceil((double)ms / speed);
	return real >= INT_MAX ? INT_MAX : (int)real;
}

void clock_real_deadline(int real_ms, struct timespec *ret)
{
	clock_gettime(CLOCK_MONOTONIC, ret);
	ret->tv_sec += real_ms / 1000;
	ret->tv_nsec += (long)(real_ms % 1000) * 1000000;
	if (ret->tv_nsec >= 1000000000) {
		ret->tv_sec++;
		ret->tv_nsec -= 1000000000;
	}
}

void clock_sleep(int64_t ms)
{
	int real = clock_wait(ms);
	struct timespec left = {.tv_sec = real / 1000, .tv_nsec = real % 1000 * 1000000L};

	while (real > 0 && clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
		;
}
