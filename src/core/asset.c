/* Assets by name. As templates do, they stand on a shelf that is replaced as a whole; who was given
 * one holds the shelf until its arena is freed. */
#include "core/asset.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/str.h"

struct kept {
	struct asset asset;
	char *copy; /* name, NUL, bytes; NULL: not ours */
};

struct shelf {
	_Atomic int users; /* arenas, and the set that it belongs to */
	struct kept *all;
	size_t count;
};

struct asset_set {
	pthread_mutex_t lock; /* of the pointer */
	struct shelf *shelf;
};

static void leave(void *p)
{
	struct shelf *shelf = p;

	if (atomic_fetch_sub(&shelf->users, 1) > 1)
		return;
	for (size_t i = 0; i < shelf->count; i++)
		free(shelf->all[i].copy);
	free(shelf->all);
	free(shelf);
}

static struct shelf *enter(const struct asset_set *set)
{
	struct asset_set *own = (struct asset_set *)set; /* but for the lock nothing changes */
	struct shelf *shelf;

	pthread_mutex_lock(&own->lock);
	shelf = own->shelf;
	atomic_fetch_add(&shelf->users, 1);
	pthread_mutex_unlock(&own->lock);
	return shelf;
}

struct asset_set *asset_set_new(void)
{
	struct asset_set *set = calloc(1, sizeof *set);
	struct shelf *shelf = calloc(1, sizeof *shelf);

	if (!set || !shelf) {
		free(set);
		free(shelf);
		return NULL;
	}
	pthread_mutex_init(&set->lock, NULL);
	shelf->users = 1;
	set->shelf = shelf;
	return set;
}

void asset_set_free(struct asset_set *set)
{
	if (!set)
		return;
	leave(set->shelf);
	pthread_mutex_destroy(&set->lock);
	free(set);
}

static const char *type_of(const char *name)
{
	static const char *const TYPES[][2] = {{".css", "text/css; charset=utf-8"},
		{".svg", "image/svg+xml"}, {".woff2", "font/woff2"}, {".woff", "font/woff"},
		{".js", "text/javascript; charset=utf-8"}, {".png", "image/png"},
		{".jpg", "image/jpeg"}, {".jpeg", "image/jpeg"}, {".webp", "image/webp"},
		{".ico", "image/x-icon"}, {".txt", "text/plain; charset=utf-8"},
		{".json", "application/json"}, {".webmanifest", "application/manifest+json"}};

	for (size_t i = 0; i < LENGTH(TYPES); i++)
		if (str_ends(name, TYPES[i][0]))
			return TYPES[i][1];
	return "application/octet-stream";
}

static struct kept *place(struct shelf *shelf, const char *name)
{
	struct kept *all;

	for (size_t i = 0; i < shelf->count; i++)
		if (str_eq(shelf->all[i].asset.name, name))
			return &shelf->all[i];
	all = realloc(shelf->all, (shelf->count + 1) * sizeof *all);
	if (!all)
		return NULL;
	shelf->all = all;
	all[shelf->count] = (struct kept){0};
	return &all[shelf->count++];
}

int asset_set_add(struct asset_set *set, const char *name, const void *bytes, size_t len,
	bool copied, struct err *err)
{
	size_t n = strlen(name) + 1;
	char *copy = copied ? malloc(n + len) : NULL;
	struct kept *k = copied && !copy ? NULL : place(set->shelf, name);

	if (!k) {
		free(copy);
		return err_set(err, ERR_MEMORY, "not enough memory");
	}
	if (copy) {
		memcpy(copy, name, n);
		memcpy(copy + n, bytes, len);
	}
	free(k->copy);
	k->copy = copy;
	k->asset = (struct asset){
		copy ? copy : name, type_of(name), copy ? copy + n : bytes, len, !copied};
	return 0;
}

void asset_set_replace(struct asset_set *set, struct asset_set *fresh)
{
	struct shelf *old;

	pthread_mutex_lock(&set->lock);
	old = set->shelf;
	set->shelf = fresh->shelf;
	pthread_mutex_unlock(&set->lock);
	fresh->shelf = old;
	asset_set_free(fresh);
}

const struct asset *asset_find(const struct asset_set *set, struct arena *a, const char *name)
{
	struct shelf *shelf = set ? enter(set) : NULL;

	if (!shelf)
		return NULL;
	for (size_t i = 0; i < shelf->count; i++)
		if (str_eq(shelf->all[i].asset.name, name)) {
			arena_defer(a, leave, shelf);
			return arena_failed(a) ? NULL : &shelf->all[i].asset;
		}
	leave(shelf);
	return NULL;
}
