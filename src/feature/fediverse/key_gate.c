/* Small tables of recent fetches, by key and by host. Hosts that fall into one slot share its
 * count: a clash means that somebody waits a minute. Keys that clash overwrite each other, which
 * the count of their hosts bounds. The hash is seeded, so that nobody can choose clashes. */
#include "feature/fediverse/key_gate.h"

#include <pthread.h>
#include <sys/random.h>

#define KEYS  4096
#define HOSTS 1024

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t left = PTHREAD_COND_INITIALIZER;
static uint64_t seed;
static struct {
	uint64_t hash;
	int64_t at;
} keys[KEYS];
static struct {
	int64_t since;
	int count;
} hosts[HOSTS];
static uint64_t under_way[KEY_GATE_AT_ONCE]; /* hashes; 0: free */

static uint64_t hash_text(const char *s)
{
	uint64_t h;

	if (!seed && getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = 1;
	h = seed ^ 14695981039346656037u;
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	h ^= h >> 32;
	return h ? h : 1;
}

static bool host_has_room(uint64_t hash, int64_t now)
{
	int slot = (int)(hash % HOSTS);

	if (now - hosts[slot].since >= KEY_GATE_HOST_PERIOD) {
		hosts[slot].since = now;
		hosts[slot].count = 0;
	}
	return hosts[slot].count++ < KEY_GATE_HOST_MAX;
}

bool key_gate_pass(const char *key_id, const char *host, int64_t now)
{
	uint64_t hash;
	int slot;
	bool pass;

	pthread_mutex_lock(&lock);
	hash = hash_text(key_id);
	slot = (int)(hash % KEYS);
	pass = keys[slot].hash != hash || now - keys[slot].at >= KEY_GATE_EACH_MS;
	pass = pass && host_has_room(hash_text(host), now);
	if (pass) {
		keys[slot].hash = hash;
		keys[slot].at = now;
	}
	pthread_mutex_unlock(&lock);
	return pass;
}

static bool is_under_way(uint64_t hash)
{
	bool known = false;

	for (int i = 0; i < KEY_GATE_AT_ONCE; i++)
		known = known || under_way[i] == hash;
	return known;
}

static uint64_t *free_place(void)
{
	for (int i = 0; i < KEY_GATE_AT_ONCE; i++)
		if (!under_way[i])
			return &under_way[i];
	return NULL;
}

void key_gate_enter(const char *key_id)
{
	uint64_t *place, hash;

	pthread_mutex_lock(&lock);
	hash = hash_text(key_id);
	while (is_under_way(hash) || !(place = free_place()))
		pthread_cond_wait(&left, &lock);
	*place = hash;
	pthread_mutex_unlock(&lock);
}

void key_gate_leave(const char *key_id)
{
	uint64_t hash;

	pthread_mutex_lock(&lock);
	hash = hash_text(key_id);
	for (int i = 0; i < KEY_GATE_AT_ONCE; i++)
		if (under_way[i] == hash)
			under_way[i] = 0;
	pthread_cond_broadcast(&left);
	pthread_mutex_unlock(&lock);
}
