/* Threads of this room: small stacks, all signals blocked (the main thread takes them), a name for
 * debuggers. */
#ifndef CHORSU_KIT_HTTP_THREAD_H
#define CHORSU_KIT_HTTP_THREAD_H

#include <pthread.h>
#include <stdbool.h>

#include "base/auto.h"

/* Sanitizers make frames several times as large. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define THREAD_STACK (2 * MIB)
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define THREAD_STACK (2 * MIB)
#endif
#endif
#ifndef THREAD_STACK
#define THREAD_STACK (256 * KIB)
#endif

/* name: at most 15 bytes. */
bool http_thread_start(pthread_t *ret, const char *name, void *(*run)(void *), void *arg);

#endif
