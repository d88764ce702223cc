/* How often documents may be fetched because somebody asks us to believe a signature: a limit, so
 * that forged requests cannot make us knock at other servers' doors. In memory, per process. */
#ifndef CHORSU_FEDIVERSE_KEY_GATE_H
#define CHORSU_FEDIVERSE_KEY_GATE_H

#include <stdbool.h>
#include <stdint.h>

#define KEY_GATE_EACH_MS     60000 /* one fetch of the same key in this time */
#define KEY_GATE_HOST_PERIOD 60000
#define KEY_GATE_HOST_MAX    120 /* fetches from one host in the period */

/* May the document of this key id be fetched now? Counts as a fetch when true. Thread-safe. */
bool key_gate_pass(const char *key_id, const char *host, int64_t now);

#endif
