/* Templates by name. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "kit/html/template_tree.h"

struct template_set {
	struct template **all; /* ordered by name */
	size_t count;
};

struct template_set *template_set_new(void)
{
	return calloc(1, sizeof(struct template_set));
}

void template_set_free(struct template_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->count; i++)
		template_free(set->all[i]);
	free(set->all);
	free(set);
}

/* The place of the first whose name is not less. */
static size_t place(const struct template_set *set, const char *name)
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

const struct template *template_set_find(const struct template_set *set, const char *name)
{
	size_t i = place(set, name);

	return i < set->count && str_eq(set->all[i]->name, name) ? set->all[i] : NULL;
}

int template_set_add(struct template_set *set, enum template_kind kind, const char *name,
	const char *text, size_t len, struct err *err)
{
	struct template *t = NULL;
	struct template **all;
	size_t i = place(set, name);
	int rc;

	if (template_set_find(set, name))
		return err_set(err, ERR_CONFLICT, "there are two templates %s", name);
	rc = template_parse(kind, name, text, len, err, &t);
	if (rc < 0)
		return rc;
	all = realloc(set->all, (set->count + 1) * sizeof(struct template *));
	if (!all) {
		template_free(t);
		return err_set(err, ERR_MEMORY, "not enough memory");
	}
	set->all = all;
	memmove(all + i + 1, all + i, (set->count - i) * sizeof(struct template *));
	all[i] = t;
	set->count++;
	return 0;
}
