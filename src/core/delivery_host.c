/* Hosts while deliveries to them are under way: one struct a host, so that concurrency and failure
 * are seen at once. */
#include "core/delivery_internal.h"

#include <string.h>

#include "base/str.h"

static unsigned int hash_name(const char *name)
{
	unsigned int h = 2166136261u;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 16777619u;
	return h ^ (h >> 15);
}

struct host_run *host_run_find(struct delivery *d, const char *name)
{
	struct host_run *h = d->hosts[hash_name(name) % HASH_SIZE];

	while (h && !str_eq(h->name, name))
		h = h->next;
	return h;
}

struct host_run *host_run_get(struct delivery *d, const struct host *row)
{
	struct host_run *h = host_run_find(d, row->name);
	size_t len = strlen(row->name);
	unsigned int hash = hash_name(row->name);

	if (h)
		return h;
	h = calloc(1, sizeof(*h) + len + 1);
	if (!h)
		return NULL;
	memcpy(h->name, row->name, len + 1);
	h->host = *row;
	h->host.name = h->name;
	h->host.why = "";
	if (h->host.attempts > 0 || h->host.window < 1)
		h->host.window = 1;
	h->loop = (int)((hash / HASH_SIZE) % (unsigned int)d->loop_count);
	h->next = d->hosts[hash % HASH_SIZE];
	d->hosts[hash % HASH_SIZE] = h;
	return h;
}

void host_run_release(struct delivery *d, struct host_run *h)
{
	struct host_run **p = &d->hosts[hash_name(h->name) % HASH_SIZE];

	if (h->active > 0 || h->changed || h->settling > 0 || h->picking ||
		(h->more && !atomic_load(&h->parked)))
		return;
	while (*p != h)
		p = &(*p)->next;
	*p = h->next;
	free(h);
}

void host_runs_free(struct delivery *d)
{
	for (int i = 0; i < HASH_SIZE; i++) {
		while (d->hosts[i]) {
			struct host_run *h = d->hosts[i];

			d->hosts[i] = h->next;
			free(h);
		}
	}
}
