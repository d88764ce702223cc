/* How often, and how many at a time, documents may be fetched because somebody asks us to believe a
 * signature: limits, so that forged requests can neither make us knock at other servers' doors nor
 * keep the threads that answer people waiting. In memory, per process. Thread-safe. */
#ifndef CHORSU_FEDIVERSE_KEY_GATE_H
#define CHORSU_FEDIVERSE_KEY_GATE_H

#include <stdbool.h>
#include <stdint.h>

#define KEY_GATE_EACH_MS     60000 /* one fetch of the same key in this time */
#define KEY_GATE_HOST_PERIOD 60000
#define KEY_GATE_HOST_MAX    120 /* fetches from one host in the period */
#define KEY_GATE_AT_ONCE     6   /* fetches under way: fewer than there are workers */

/* May the document of this key id be fetched now? Counts as a fetch when true. */
bool key_gate_pass(const char *key_id, const char *host, int64_t now);

/* A place among the fetches under way: false when there is none, or this key is being fetched
 * already. To be given back. */
bool key_gate_enter(const char *key_id);
void key_gate_leave(const char *key_id);

#endif
