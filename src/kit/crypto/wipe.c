/* Wiping secrets that lie in an arena. Those on the heap and the stack are wiped where they are
 * used. */
#include "kit/crypto/wipe.h"

#include <sodium.h>

struct wiping {
	void *p;
	size_t len;
};

static void wipe(void *arg)
{
	struct wiping *w = arg;

	sodium_memzero(w->p, w->len);
}

bool wipe_later(struct arena *a, void *p, size_t len)
{
	struct wiping *w = arena_alloc(a, sizeof(*w));

	if (!w) {
		sodium_memzero(p, len);
		return false;
	}
	*w = (struct wiping){.p = p, .len = len};
	arena_defer(a, wipe, w);
	return !arena_failed(a);
}
