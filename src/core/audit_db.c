/* SQL of the audit trail. */
#include "core/audit.h"

#include "base/clock.h"
#include "base/id.h"

static const char APPEND[] = "INSERT INTO audit (id, at, who, act, institution, subject, detail)"
			     " VALUES ($id, $at, $who, $act, $institution, $subject, $detail)";

int audit_append(struct tx *tx, const char *who, const char *act, int64_t institution,
	int64_t subject, const char *detail)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, APPEND);

	bind_int(q, "id", id_new());
	bind_int(q, "at", clock_now());
	bind_text(q, "who", who ? who : "");
	bind_text(q, "act", act);
	if (institution)
		bind_int(q, "institution", institution);
	if (subject)
		bind_int(q, "subject", subject);
	bind_text(q, "detail", detail ? detail : "");
	return stmt_run(q);
}
