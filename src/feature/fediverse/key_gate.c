/* Two small tables of recent fetches, by key and by host. Slots are shared by what falls into them:
 * a clash only means that somebody waits a minute. */
#include "feature/fediverse/key_gate.h"

#include <pthread.h>

#define KEYS  4096
#define HOSTS 1024

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	uint64_t hash;
	int64_t at;
} keys[KEYS];
static struct {
	uint64_t hash;
	int64_t since;
	int count;
} hosts[HOSTS];

static uint64_t hash_text(const char *s)
{
	uint64_t h = 14695981039346656037u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	return h;
}

static bool host_has_room(uint64_t hash, int64_t now)
{
	int slot = (int)(hash % HOSTS);

	if (hosts[slot].hash != hash || now - hosts[slot].since >= KEY_GATE_HOST_PERIOD) {
		hosts[slot].hash = hash;
		hosts[slot].since = now;
		hosts[slot].count = 0;
	}
	return hosts[slot].count++ < KEY_GATE_HOST_MAX;
}

bool key_gate_pass(const char *key_id, const char *host, int64_t now)
{
	uint64_t hash = hash_text(key_id);
	int slot = (int)(hash % KEYS);
	bool pass;

	pthread_mutex_lock(&lock);
	pass = keys[slot].hash != hash || now - keys[slot].at >= KEY_GATE_EACH_MS;
	pass = pass && host_has_room(hash_text(host), now);
	if (pass) {
		keys[slot].hash = hash;
		keys[slot].at = now;
	}
	pthread_mutex_unlock(&lock);
	return pass;
}
