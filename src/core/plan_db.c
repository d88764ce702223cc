/* SQL that reads entries with the state of their posts. */
#include "core/plan_db.h"

#include "base/str.h"

static const char LOAD[] =
	"SELECT o.seq, o.id, o.post, o.at, o.kind, o.quiet, o.audience, p.created, p.state FROM outbox o"
	" LEFT JOIN post p ON p.id = o.post WHERE o.institution = $institution AND o.seq > $after ORDER BY o.seq LIMIT $limit";

static enum plan_kind kind_of(const char *name, const char **ret_constant)
{
	static const char *const NAMES[] = {"create", "update", "delete", "profile"};

	for (int i = 0; i < 4; i++) {
		if (str_eq(name, NAMES[i])) {
			*ret_constant = NAMES[i];
			return (enum plan_kind)i;
		}
	}
	*ret_constant = "other";
	return PLAN_OTHER;
}

int plan_db_load(struct tx *tx, int64_t institution, int64_t after, int limit,
	struct plan_entry *ret, int *ret_count)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, LOAD);
	int n = 0, rc;

	bind_int(q, "institution", institution);
	bind_int(q, "after", after);
	bind_int(q, "limit", limit);
	while ((rc = stmt_step(q)) > 0) {
		struct plan_entry *e = &ret[n++];

		*e = (struct plan_entry){.seq = col_int(q, 0),
			.id = col_int(q, 1),
			.post = col_int(q, 2),
			.at = col_int(q, 3),
			.quiet = col_int(q, 5),
			.followers = str_eq(col_text(q, 6), "followers"),
			.created = col_int(q, 7),
			.withdrawn = str_eq(col_text(q, 8), "withdrawn")};
		e->kind = kind_of(col_text(q, 4), &e->name);
	}
	*ret_count = n;
	return rc;
}
