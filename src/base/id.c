/* Making ids and random names. */
#include "base/id.h"

#include <assert.h>
#include <sodium.h>
#include <stdatomic.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/str.h"

#define EPOCH_MS    INT64_C(1704067200000) /* 2024-01-01T00:00:00Z */
#define RANDOM_BITS 22
#define TIME_MAX    ((INT64_C(1) << 41) - 1)
#define STEP_MAX                                                                                   \
	1024 /* within one millisecond ids go on by a random step, so that they stay hard to guess \
	      */

static atomic_llong last;

static void fill_random(void *p, size_t len)
{
	/* Up to 256 bytes are never cut short by a signal; it fails on no kernel that this program
	 * runs on. */
	ssize_t n = getrandom(p, len, 0);

	assert(n == (ssize_t)len);
}

int64_t id_new(void)
{
	int64_t ms = clock_now() - EPOCH_MS;
	long long before = atomic_load(&last), id;
	uint32_t random[2];

	fill_random(random, sizeof random);
	if (ms < 0)
		ms = 0;
	if (ms > TIME_MAX)
		ms = TIME_MAX;
	do {
		id = ms << RANDOM_BITS | (random[0] & ((1u << RANDOM_BITS) - 1));
		if (id <= before)
			id = before + 1 + random[1] % STEP_MAX;
	} while (!atomic_compare_exchange_weak(&last, &before, id));
	return id;
}

bool id_parse(const char *s, int64_t *ret)
{
	int64_t id;

	if (!str_to_int64(s, &id) || id == 0)
		return false;
	*ret = id;
	return true;
}

void id_random_text(char *out)
{
	unsigned char bytes[16];

	fill_random(bytes, sizeof bytes);
	sodium_bin2base64(out, 23, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}
