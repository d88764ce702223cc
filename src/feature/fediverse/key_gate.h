/* How often documents may be fetched because somebody asks us to believe a signature: limits, so
 * that forged requests cannot make us knock at other servers' doors. In memory, per process.
 * Thread-safe. */
#ifndef CHORSU_FEDIVERSE_KEY_GATE_H
#define CHORSU_FEDIVERSE_KEY_GATE_H

#include <stdbool.h>
#include <stdint.h>

#define KEY_GATE_EACH_MS     60000 /* one fetch of the same key in this time */
#define KEY_GATE_HOST_PERIOD 60000
#define KEY_GATE_HOST_MAX    600 /* fetches from one host in the period */
#define KEY_GATE_AT_ONCE     128 /* keys under way: more than threads that may wait */

/* May the document of this key id be fetched now? Counts as a fetch when true. */
bool key_gate_pass(const char *key_id, const char *host, int64_t now);

/* One at a time for one key: waits until nobody else is in with it. */
void key_gate_enter(const char *key_id);
void key_gate_leave(const char *key_id);

#endif
