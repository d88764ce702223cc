/* Hearing of changes. A nudge names its institution, which is asked for alone. What no nudge told
 * of is found by the sum of all versions, once a second; only when that rose are all read. */
#include "core/versions.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/str.h"

#define ARENA_MAX (256 * KIB)

struct versions {
	struct versions_options options;
	pthread_mutex_t lock;
	int64_t seen; /* the sum at which all were last read */
};

struct versions *versions_new(const struct versions_options *options)
{
	struct versions *v = calloc(1, sizeof(*v));

	if (!v)
		return NULL;
	v->options = *options;
	pthread_mutex_init(&v->lock, NULL);
	return v;
}

void versions_free(struct versions *v)
{
	if (!v)
		return;
	pthread_mutex_destroy(&v->lock);
	free(v);
}

struct look {
	int64_t institution; /* the one that is asked for; 0: none */
	int64_t version, sum;
	int64_t after;
	struct version_row *rows;
	int count;
};

static int look(struct tx *tx, void *arg)
{
	struct look *l = arg;
	int rc = l->institution ? versions_db_of(tx, l->institution, &l->version) : 0;

	return rc < 0 ? rc : versions_server(tx, &l->sum);
}

static int read_page(struct tx *tx, void *arg)
{
	struct look *l = arg;

	l->rows = arena_array(tx_arena(tx), VERSIONS_PAGE, sizeof(*l->rows));
	if (!l->rows)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	return versions_db_page(tx, l->after, l->rows, &l->count);
}

/* Page by page, each in a transaction and memory of its own. */
static int raise_all(struct versions *v, struct err *err)
{
	struct look l = {.after = -1};
	int rc = 0;

	do {
		AUTO(arena_freep) struct arena *a = arena_new(ARENA_MAX);
		struct ctx cx = {.db = v->options.db, .arena = a};

		rc = a ? db_read(&cx, read_page, &l)
		       : ctx_fail(&cx, ERR_MEMORY, "not enough memory");
		if (rc < 0) {
			err_copy(err, &cx.err);
			return rc;
		}
		for (int i = 0; i < l.count; i++) {
			v->options.raised(v->options.arg, l.rows[i].institution, l.rows[i].version);
			l.after = l.rows[i].institution;
		}
	} while (l.count == VERSIONS_PAGE);
	return 0;
}

/* The sum was read before the rest: what rises meanwhile is found the next time. */
static int catch_up(struct versions *v, int64_t sum, struct err *err)
{
	int64_t seen;
	int rc;

	pthread_mutex_lock(&v->lock);
	seen = v->seen;
	pthread_mutex_unlock(&v->lock);
	if (sum <= seen)
		return 0;
	rc = raise_all(v, err);
	if (rc < 0)
		return rc;
	v->options.raised(v->options.arg, 0, sum);
	pthread_mutex_lock(&v->lock);
	if (v->seen < sum)
		v->seen = sum;
	pthread_mutex_unlock(&v->lock);
	return 0;
}

static int hear(struct versions *v, int64_t institution, struct err *err)
{
	AUTO(arena_freep) struct arena *a = arena_new(ARENA_MAX);
	struct ctx cx = {.db = v->options.db, .arena = a};
	struct look l = {.institution = institution};
	int rc = a ? db_read(&cx, look, &l) : ctx_fail(&cx, ERR_MEMORY, "not enough memory");

	if (rc < 0) {
		err_copy(err, &cx.err);
		return rc;
	}
	if (!institution)
		return catch_up(v, l.sum, err);
	v->options.raised(v->options.arg, institution, l.version);
	v->options.raised(v->options.arg, 0, l.sum);
	return 0;
}

int versions_hear(struct versions *v, const char *nudge, struct err *err)
{
	static const char PREFIX[] = "institution ";
	int64_t institution = 0;
	int rc;

	if (*nudge && (!str_starts(nudge, PREFIX) ||
			      !str_to_int64(nudge + sizeof(PREFIX) - 1, &institution)))
		return 0;
	rc = hear(v, institution, err);
	/* Something is committed that may not be seen; it will be by whoever reads from now on. */
	if (rc < 0 && *nudge)
		v->options.forget(v->options.arg);
	return rc;
}
