/* Secrets in an arena are wiped when it is freed. Private to this folder. */
#ifndef CHORSU_KIT_CRYPTO_WIPE_H
#define CHORSU_KIT_CRYPTO_WIPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* False when the arena has failed: p is wiped already, and must not be used. */
MUST_USE bool wipe_later(struct arena *a, void *p, size_t len);

#endif
