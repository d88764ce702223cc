/* The program: command line, the store as a command opens it, the full list of features. */
#ifndef CHORSU_APP_APP_H
#define CHORSU_APP_APP_H

#include "core/command.h"
#include "core/feature.h"
#include "core/institution.h"
#include "core/server.h"
#include "kit/media/media.h"

/* Everything that the program consists of; the one place that knows all rooms. Ended by NULL. */
extern const struct feature *const features[];

/* Parse, run, say what went wrong: the exit status. */
int cli_main(int argc, const char **argv);

/* Is there a store in the folder? ERR_NOT_FOUND with a sentence that tells how to make one. */
MUST_USE int store_find(struct ctx *cx, const char *dir);

/* Open the store in in->dir into the context: settings, secret, database (migrated). serve: as the
 * serving process. */
MUST_USE int store_open(struct ctx *cx, const char *dir, bool serve, struct server **ret);
void store_close(struct server *s);

/* Level and form of the log as the settings have them now. */
void store_set_log(const struct server *s);

/* All settings' tables and migrations of the features, ended by NULL. */
const struct setting *const *store_settings(void);
const struct route *const *store_routes(void);
const struct migrations *const *store_migrations(void);

/* Check and split the server's address: "https://HOST[:PORT]" without a path; http for loopback
 * only. */
MUST_USE int store_parse_url(
	struct ctx *cx, const char *url, const char **ret_origin, const char **ret_host);

/* Is it the address of a PostgreSQL database? ERR_INVALID with one sentence. */
MUST_USE int store_check_database(struct ctx *cx, const char *url);

/* Make a store: the folder, secret.key, the database, and chorsu.conf last, which marks it as
 * whole. An interrupted init is taken up again. */
struct store_creation {
	const char *dir;
	const char *url;
	const char *database; /* "" : SQLite */
	const char *listen;   /* NULL: the default */
};
MUST_USE int store_create(struct ctx *cx, const struct store_creation *c);

/* Rows of the commands; features.c gathers them. */
extern const struct command store_commands[];
extern const struct command institution_commands[];
extern const struct command post_commands[];
extern const struct command reader_commands[];
extern const struct command demo_commands[];
extern const struct command template_commands[];
extern const struct command serve_commands[];

/* Who runs this command, for the audit trail: "command:NAME". In the arena. */
const char *invocation_who(struct invocation *in);

/* The picture that an option names, prepared; *ret NULL when it was not given. */
struct media;
struct media_text;
MUST_USE int picture_option(struct invocation *in, const char *option, enum media_use use,
	const struct media_text *texts, const struct media **ret);

/* The pictures of --media, each with the --alt and --alt-in that follow it; ended by NULL; *ret
 * NULL when there are none. pictures_discard: when nothing came of it. */
MUST_USE int pictures_collect(struct invocation *in, const struct media *const **ret);
void pictures_discard(struct invocation *in, const struct media *const *list);

/* Periodic tasks of the features, on a thread of their own. */
struct task_runner;
MUST_USE int tasks_start(struct server *s, struct err *err, struct task_runner **ret);
void tasks_stop(struct task_runner *r);

/* Files that are compiled in: "templates/post.html", "assets/site.css", "demo/mehnat.json". Ended
 * by a row without a name. */
struct embedded {
	const char *name;
	const unsigned char *start, *end;
};
extern const struct embedded embedded[];

#endif
