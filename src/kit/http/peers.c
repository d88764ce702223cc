/* The table of connections and the thread that ends those past their deadline. */
#include "kit/http/peers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kit/http/thread.h"

#define BUCKETS        256
#define SLOWEST_TAKING 4  /* bytes a millisecond: whoever takes an answer more slowly is cut off */
#define LOOKS          8  /* the table is looked through so many times in a deadline */
#define PAUSE_LEAST    20 /* real ms */
#define PAUSE_MOST     1000

struct peers {
	const struct networks *exempt;
	int64_t deadline_ms;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct peer *buckets[BUCKETS];
	bool draining, stopping;
	pthread_t reaper;
};

/* Who counts as one address: of IPv6 the network of one customer. */
static size_t identity(const struct address *a)
{
	static const unsigned char MAPPED[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(a->bytes, MAPPED, sizeof MAPPED) == 0 ? 16 : 8;
}

static size_t bucket_of(const struct address *a)
{
	size_t hash = 5381;

	for (size_t i = 0; i < identity(a); i++)
		hash = hash * 33 ^ a->bytes[i];
	return hash % BUCKETS;
}

static bool same_identity(const struct address *a, const struct address *b)
{
	return a->unix_socket == b->unix_socket && identity(a) == identity(b) &&
	       memcmp(a->bytes, b->bytes, identity(a)) == 0;
}

bool peers_admit(struct peers *p, const struct address *address)
{
	int count = 0;

	if (http_address_is_local(address) || http_networks_contain(p->exempt, address))
		return true;
	pthread_mutex_lock(&p->lock);
	for (const struct peer *peer = p->buckets[bucket_of(address)]; peer; peer = peer->next)
		count += same_identity(&peer->address, address);
	pthread_mutex_unlock(&p->lock);
	return count < PEER_CONNECTIONS_MAX;
}

struct peer *peers_add(struct peers *p, const struct address *address, int fd)
{
	struct peer *peer = calloc(1, sizeof *peer);
	struct peer **bucket = &p->buckets[bucket_of(address)];

	if (!peer)
		return NULL;
	peer->address = *address;
	peer->fd = fd;
	peer_waits(p, peer);
	pthread_mutex_lock(&p->lock);
	peer->next = *bucket;
	peer->back = bucket;
	if (peer->next)
		peer->next->back = &peer->next;
	*bucket = peer;
	pthread_mutex_unlock(&p->lock);
	return peer;
}

void peers_remove(struct peers *p, struct peer *peer)
{
	if (!peer)
		return;
	pthread_mutex_lock(&p->lock);
	*peer->back = peer->next;
	if (peer->next)
		peer->next->back = peer->back;
	pthread_mutex_unlock(&p->lock);
	free(peer);
}

static void set(struct peer *peer, int64_t deadline, bool idle)
{
	if (!peer)
		return;
	atomic_store(&peer->deadline, deadline);
	atomic_store(&peer->idle, idle);
}

void peer_waits(struct peers *p, struct peer *peer)
{
	set(peer, clock_steady() + p->deadline_ms, true);
}

void peer_sends(struct peers *p, struct peer *peer)
{
	set(peer, clock_steady() + p->deadline_ms, false);
}

void peer_is_served(struct peers *p, struct peer *peer)
{
	(void)p;
	set(peer, 0, false);
}

void peer_takes(struct peers *p, struct peer *peer, size_t len)
{
	set(peer, clock_steady() + p->deadline_ms + (int64_t)(len / SLOWEST_TAKING), false);
}

static bool is_over(const struct peers *p, struct peer *peer, int64_t now)
{
	int64_t deadline = atomic_load(&peer->deadline);

	return (deadline != 0 && now > deadline) || (p->draining && atomic_load(&peer->idle));
}

static void reap(struct peers *p, int64_t now)
{
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct peer *peer = p->buckets[i]; peer; peer = peer->next)
			if (is_over(p, peer, now))
				shutdown(peer->fd, SHUT_RDWR);
}

/* Between two looks; short while draining, when connections become idle one by one. */
static void pause_reaper(struct peers *p)
{
	int ms = clock_wait(p->deadline_ms / LOOKS);
	struct timespec until;

	if (p->draining || ms < PAUSE_LEAST)
		ms = PAUSE_LEAST;
	clock_real_deadline(ms < PAUSE_MOST ? ms : PAUSE_MOST, &until);
	pthread_cond_timedwait(&p->wake, &p->lock, &until);
}

static void *run_reaper(void *arg)
{
	struct peers *p = arg;

	pthread_mutex_lock(&p->lock);
	while (!p->stopping) {
		pause_reaper(p);
		reap(p, clock_steady());
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

struct peers *peers_new(const struct networks *exempt, int64_t deadline_ms)
{
	struct peers *p = calloc(1, sizeof *p);
	pthread_condattr_t monotonic;

	if (!p)
		return NULL;
	p->exempt = exempt;
	p->deadline_ms = deadline_ms;
	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&p->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (http_thread_start(&p->reaper, "http-reaper", run_reaper, p))
		return p;
	pthread_cond_destroy(&p->wake);
	pthread_mutex_destroy(&p->lock);
	free(p);
	return NULL;
}

void peers_drain(struct peers *p)
{
	pthread_mutex_lock(&p->lock);
	p->draining = true;
	pthread_cond_signal(&p->wake);
	pthread_mutex_unlock(&p->lock);
}

void peers_free(struct peers *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->stopping = true;
	pthread_cond_signal(&p->wake);
	pthread_mutex_unlock(&p->lock);
	pthread_join(p->reaper, NULL);
	pthread_cond_destroy(&p->wake);
	pthread_mutex_destroy(&p->lock);
	free(p);
}
