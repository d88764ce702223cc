/* PostgreSQL's errors (appendix "Error Codes" of its manual) as ours, and asking with text. */
#include <string.h>

#include "base/str.h"
#include "kit/db/postgres.h"

static const struct row {
	const char *state; /* the code, or its class */
	int code;
	enum trouble trouble;
	bool stale;
	const char *format; /* takes the server's phrase */
} ROWS[] = {
	{"23505", ERR_CONFLICT, TROUBLE_NONE, false, "this goes against what is stored (%s)"},
	{"23503", ERR_CONFLICT, TROUBLE_NONE, false, "this goes against what is stored (%s)"},
	{"23", ERR_INTERNAL, TROUBLE_NONE, false, "a rule of the database was broken (%s)"},
	{"40001", ERR_BUSY, TROUBLE_AGAIN, false,
		"another process wrote the same at the same time (%s): try again"},
	{"40P01", ERR_BUSY, TROUBLE_AGAIN, false,
		"another process wrote the same at the same time (%s): try again"},
	{"53100", ERR_FULL, TROUBLE_NONE, false,
		"the disk of the database is full (%s): make room there"},
	{"53200", ERR_MEMORY, TROUBLE_NONE, false, "the database has not enough memory (%s)"},
	{"53", ERR_BUSY, TROUBLE_NONE, false, "the database is overloaded (%s): try again later"},
	{"55P03", ERR_BUSY, TROUBLE_NONE, false,
		"the database is locked by another process (%s): try again later"},
	{"57014", ERR_BUSY, TROUBLE_NONE, false,
		"the database cancelled a statement (%s): try again later"},
	{"22021", ERR_INVALID, TROUBLE_NONE, false, "the text is not valid UTF-8 (%s)"},
	{"54", ERR_TOO_LARGE, TROUBLE_NONE, false,
		"a value is longer than the database takes (%s)"},
	/* Prepared before somebody changed the tables. */
	{"26000", ERR_BUSY, TROUBLE_AGAIN, true, "the database forgot a statement (%s): try again"},
	{"0A000", ERR_INTERNAL, TROUBLE_AGAIN, true, "the database refused a statement (%s)"},
	{"58", ERR_IO, TROUBLE_NONE, false, "the database cannot read or write its files (%s)"},
	{"XX", ERR_IO, TROUBLE_NONE, false, "the database is damaged (%s): run chorsu check"},
	{"42501", ERR_DENIED, TROUBLE_NONE, false,
		"the database role may not do this (%s): grant it what the manual lists"},
	{"", ERR_INTERNAL, TROUBLE_NONE, false, "the database refused a statement (%s)"},
};

static int fail_lost(struct conn *c, const char *phrase, struct err *err)
{
	if (c)
		c->trouble = TROUBLE_AGAIN;
	return err_set(err, ERR_IO, "the connection to the database was lost (%s)", phrase);
}

int pg_error(struct conn *c, PGconn *h, const PGresult *r, struct err *err)
{
	const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
	const char *phrase = r ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	const struct row *row = ROWS;

	if (!phrase)
		phrase = PQerrorMessage(h);
	if (PQstatus(h) == CONNECTION_BAD || !state)
		return fail_lost(c, phrase, err);
	while (!str_starts(state, row->state))
		row++;
	if (c && row->trouble)
		c->trouble = row->trouble;
	if (c && row->stale)
		((struct pg_conn *)c)->stale = true;
	return err_set(err, row->code, row->format, phrase);
}

PGresult *pg_ask(PGconn *h, const char *sql, const char *const *values, int count)
{
	return PQexecParams(h, sql, count, NULL, values, NULL, NULL, 0);
}

bool pg_ok(const PGresult *r)
{
	return PQresultStatus(r) == PGRES_TUPLES_OK || PQresultStatus(r) == PGRES_COMMAND_OK;
}
