/* Commands of the store itself: init, check, routes; crash-points for tests. */
#include "app/check.h"

#include <stdio.h>
#include <string.h>

#include "base/crash.h"
#include "base/json.h"
#include "base/str.h"
#include "kit/db/copy.h"

static int run_init(struct invocation *in)
{
	const char *database = invocation_text(in, "database");
	struct store_creation c = {.dir = in->dir,
		.url = invocation_text(in, "url"),
		.database = database ? database : "",
		.listen = invocation_text(in, "listen")};
	size_t len = strlen(c.url);
	int rc;

	if (len > 0 && c.url[len - 1] == '/')
		c.url = arena_copy(in->cx.arena, c.url, len - 1);
	rc = database ? store_check_database(&in->cx, database) : 0;
	if (rc == 0)
		rc = store_create(&in->cx, &c);
	if (rc < 0)
		return rc;
	invocation_answer(in, json_pack("{s:s, s:s}", "dir", in->dir, "url", c.url),
		"The store is in %s; its settings are in %s/chorsu.conf.\n"
		"Keep a copy of %s/secret.key in another place: it opens the institutions' keys, and a backup holds it only when told to.\n"
		"Next:  chorsu institution add %s HANDLE --name LANG=TEXT\n"
		"       chorsu serve %s\n",
		in->dir, in->dir, in->dir, in->dir, in->dir);
	return 0;
}

static int run_routes(struct invocation *in)
{
	AUTO(buf_done) struct buf text = BUF(1 * MIB);
	int rc = http_routes_check(store_routes(), &in->cx.err);

	if (rc < 0)
		return rc;
	http_routes_print(store_routes(), in->json, &text);
	fputs(buf_text(&text), stdout);
	return 0;
}

static int run_crash_points(struct invocation *in)
{
	(void)in;
	for (const char *const *name = crash_points; *name; name++)
		puts(*name);
	return 0;
}

/* One JSON object a line, the SQL as each engine gets it: tests make a store of an older version.
 */
static int run_migrations(struct invocation *in)
{
	for (const struct migrations *const *m = store_migrations(); *m; m++)
		for (const struct migration *s = (*m)->list; s->number; s++) {
			AUTO(buf_done) struct buf postgres = BUF(256 * KIB);
			AUTO(auto_free) char *line = NULL;
			json_t *j;

			db_step_sql(DB_POSTGRES, s->sql, &postgres);
			j = json_pack("{s:s, s:i, s:s, s:s, s:s}", "room", (*m)->room, "number",
				s->number, "name", s->name, "sqlite", s->sql, "postgres",
				buf_text(&postgres));
			line = json_text(j);
			json_decref(j);
			if (!line || postgres.failed)
				return ctx_fail(&in->cx, ERR_MEMORY, "not enough memory");
			puts(line);
		}
	return 0;
}

static int run_commands(struct invocation *in)
{
	(void)in;
	for (const struct feature *const *f = features; *f; f++)
		for (const struct command *c = (*f)->commands; c && c->name; c++)
			puts(c->name);
	return 0;
}

static const struct option INIT[] = {
	{.name = "url",
		.kind = OPTION_TEXT,
		.value = "https://HOST",
		.required = true,
		.says = "the address that everybody will see; it can never change once something is published"},
	{.name = "database",
		.kind = OPTION_TEXT,
		.value = "postgresql://USER@HOST/NAME",
		.says = "PostgreSQL instead of SQLite in DIR"},
	{.name = "listen",
		.kind = OPTION_TEXT,
		.value = "ADDR:PORT|unix:PATH",
		.says = "where to listen; default 127.0.0.1:8080"},
	{0},
};

static const struct option CHECK[] = {
	{.name = "inside",
		.kind = OPTION_FLAG,
		.says = "the store alone; its address is not asked"},
	{0},
};

const struct command store_commands[] = {
	{.name = "init",
		.arguments = "",
		.needs = NEEDS_DIR,
		.options = INIT,
		.run = run_init,
		.says = "make a store: chorsu.conf, database, keys, media",
		.more = "An interrupted init is taken up again by the same command."},
	{.name = "check",
		.arguments = "",
		.needs = NEEDS_STORE,
		.options = CHECK,
		.run = check_run,
		.says = "is all well? database, keys, disk; and from outside: name, certificate, clock, account",
		.more = "One line a finding: ok, warning or wrong, with what to mend. Exit status 1 when something is wrong.\n"
			"The address is asked only while the store is served."},
	{.name = "routes",
		.arguments = "",
		.needs = NEEDS_NOTHING,
		.run = run_routes,
		.says = "the table of addresses"},
	{.name = "crash-points",
		.arguments = "",
		.needs = NEEDS_NOTHING,
		.run = run_crash_points,
		.hidden = true,
		.says = "names of the crash points, for tests"},
	{.name = "migrations",
		.arguments = "",
		.needs = NEEDS_NOTHING,
		.run = run_migrations,
		.hidden = true,
		.says = "the steps that made the database, for tests"},
	{.name = "commands",
		.arguments = "",
		.needs = NEEDS_NOTHING,
		.run = run_commands,
		.hidden = true,
		.says = "names of all commands, for tests"},
	{0},
};
