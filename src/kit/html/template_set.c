/* Templates by name. They stand on a shelf that is replaced as a whole; who renders holds the shelf
 * that stood there at the beginning. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "kit/html/template_tree.h"

struct shelf {
	_Atomic int users;     /* who renders from it, and the set that it belongs to */
	struct template **all; /* ordered by name */
	size_t count;
};

struct template_set {
	pthread_mutex_t lock; /* of the pointer */
	struct shelf *shelf;
};

static void shelf_leave(struct shelf *shelf)
{
	if (atomic_fetch_sub(&shelf->users, 1) > 1)
		return;
	for (size_t i = 0; i < shelf->count; i++)
		template_free(shelf->all[i]);
	free(shelf->all);
	free(shelf);
}

struct shelf *template_set_enter(const struct template_set *set)
{
	struct template_set *own =
		(struct template_set *)set; /* but for the lock nothing changes */
	struct shelf *shelf;

	pthread_mutex_lock(&own->lock);
	shelf = own->shelf;
	atomic_fetch_add(&shelf->users, 1);
	pthread_mutex_unlock(&own->lock);
	return shelf;
}

void template_set_leave(struct shelf *shelf)
{
	shelf_leave(shelf);
}

struct template_set *template_set_new(void)
{
	struct template_set *set = calloc(1, sizeof *set);
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

void template_set_free(struct template_set *set)
{
	if (!set)
		return;
	shelf_leave(set->shelf);
	pthread_mutex_destroy(&set->lock);
	free(set);
}

void template_set_replace(struct template_set *set, struct template_set *fresh)
{
	struct shelf *old;

	pthread_mutex_lock(&set->lock);
	old = set->shelf;
	set->shelf = fresh->shelf;
	pthread_mutex_unlock(&set->lock);
	fresh->shelf = old;
	template_set_free(fresh);
}

/* The place of the first whose name is not less. */
static size_t place(const struct shelf *set, const char *name)
{
	size_t low = 0, high = set->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(set->all[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct template *template_find(const struct shelf *set, const char *name)
{
	size_t i = place(set, name);

	return i < set->count && str_eq(set->all[i]->name, name) ? set->all[i] : NULL;
}

int template_set_add(struct template_set *set, enum template_kind kind, const char *name,
	const char *text, size_t len, struct err *err)
{
	struct shelf *shelf = set->shelf;
	struct template *t = NULL;
	struct template **all;
	size_t i = place(shelf, name);
	int rc;

	if (template_find(shelf, name))
		return err_set(err, ERR_CONFLICT, "there are two templates %s", name);
	rc = template_parse(kind, name, text, len, err, &t);
	if (rc < 0)
		return rc;
	all = realloc(shelf->all, (shelf->count + 1) * sizeof(struct template *));
	if (!all) {
		template_free(t);
		return err_set(err, ERR_MEMORY, "not enough memory");
	}
	shelf->all = all;
	memmove(all + i + 1, all + i, (shelf->count - i) * sizeof(struct template *));
	all[i] = t;
	shelf->count++;
	return 0;
}

static size_t line_of(const struct template *t, const char *at)
{
	size_t line = 1;

	for (const char *c = t->text; c < at; c++)
		line += *c == '\n';
	return line;
}

int template_set_check(const struct template_set *set, const char *name, struct err *err)
{
	const struct shelf *shelf = set->shelf;
	const struct template *t = template_find(shelf, name);

	if (!t)
		return err_set(err, ERR_NOT_FOUND, "there is no template %s", name);
	for (uint32_t i = 0; i < t->count; i++) {
		const struct template *partial;

		if (t->nodes[i].type != NODE_PARTIAL)
			continue;
		partial = template_find(shelf, t->nodes[i].name);
		if (!partial || partial->kind != t->kind)
			return err_set(err, ERR_INVALID, "template %s, line %zu: the partial %s %s",
				name, line_of(t, t->nodes[i].text), t->nodes[i].name,
				partial ? "is of another kind" : "does not exist");
	}
	return 0;
}
