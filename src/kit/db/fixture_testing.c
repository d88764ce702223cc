/* Temporary stores, and a PostgreSQL server of our own where none was given. */
#include "kit/db/fixture_testing.h"

#include <errno.h>
#include <ftw.h>
#include <glob.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

#define SERVERS_MAX 2
#define START_MS    60000

struct server {
	char dir[128], url[256];
	pid_t pid;
};

enum db_engine fixture_engines[2] = {DB_SQLITE, DB_POSTGRES};

static struct server servers[SERVERS_MAX];
static int server_count;
static pid_t starter; /* children of a test leave the servers alone */

static void end(const char *what, const char *why)
{
	fprintf(stderr, "test fixture: %s: %s\n", what, why);
	exit(99);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	remove(path);
	return 0;
}

static void remove_tree(const char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The server refuses to run as root; the tests often do. */
static void become_postgres(const char *own)
{
	struct passwd entry, *found = NULL;
	char text[4096];

	if (geteuid() != 0)
		return;
	if (getpwnam_r("postgres", &entry, text, sizeof(text), &found) != 0 || !found)
		end("PostgreSQL", "there is no user postgres");
	if (own) {
		if (chown(own, entry.pw_uid, entry.pw_gid) < 0)
			end(own, strerror(errno));
	} else if (initgroups("postgres", entry.pw_gid) < 0 || setgid(entry.pw_gid) < 0 ||
		   setuid(entry.pw_uid) < 0) {
		end("PostgreSQL", strerror(errno));
	}
}

static pid_t start(const char *program, char *const argv[], const char *dir, const char *log)
{
	pid_t parent = getpid(), pid = fork();

	if (pid != 0)
		return pid;
	become_postgres(NULL);
	prctl(PR_SET_PDEATHSIG, SIGQUIT);
	if (getppid() != parent || chdir(dir) < 0 || !freopen("/dev/null", "r", stdin) ||
		!freopen(log, "a", stdout) || dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
		_exit(98);
	setenv("LC_ALL", "C.UTF-8", 1);
	execv(program, argv);
	_exit(97);
}

static void find_program(const char *name, char *out, size_t size)
{
	char pattern[64];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "/usr/lib/postgresql/*/bin/%s", name);
	if (glob(pattern, 0, NULL, &found) != 0)
		end(pattern, "PostgreSQL is not installed, and CHORSU_TEST_POSTGRES is not set");
	snprintf(out, size, "%s", found.gl_pathv[found.gl_pathc - 1]);
	globfree(&found);
}

static void init_cluster(const char *dir)
{
	char program[128], log[192], data[192];
	char *argv[] = {program, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
		"--locale=C.UTF-8", "--no-sync", "--no-instructions", NULL};
	int status = 0;

	find_program("initdb", program, sizeof(program));
	snprintf(data, sizeof(data), "%s/data", dir);
	snprintf(log, sizeof(log), "%s/log", dir);
	if (waitpid(start(program, argv, dir, log), &status, 0) < 0 || status != 0)
		end(log, "initdb failed");
}

static void stop_servers(void)
{
	for (int i = 0; i < server_count && getpid() == starter; i++) {
		kill(servers[i].pid, SIGQUIT); /* at once: nothing in it is kept */
		waitpid(servers[i].pid, NULL, 0);
		remove_tree(servers[i].dir);
	}
}

static void wait_answering(const struct server *s)
{
	for (int waited = 0; waited < START_MS; waited += 20) {
		if (PQping(s->url) == PQPING_OK)
			return;
		if (waitpid(s->pid, NULL, WNOHANG) != 0)
			end(s->dir, "the server ended; see its log");
		clock_sleep(20);
	}
	end(s->dir, "the server does not answer");
}

const char *fixture_start_postgres(const char *setting)
{
	struct server *s = &servers[server_count];
	char program[128], data[192], log[192], dir[] = "/tmp/chorsu-pg-XXXXXX";
	char *argv[] = {program, "-D", data, "-k", dir, "-c", "listen_addresses=", "-c",
		"max_connections=200", "-c", "shared_buffers=32MB", "-c", (char *)setting, NULL};

	if (server_count == SERVERS_MAX)
		end("PostgreSQL", "too many servers");
	if (!mkdtemp(dir))
		end(dir, strerror(errno));
	become_postgres(dir);
	init_cluster(dir);
	find_program("postgres", program, sizeof(program));
	snprintf(s->dir, sizeof(s->dir), "%s", dir);
	snprintf(data, sizeof(data), "%s/data", dir);
	snprintf(log, sizeof(log), "%s/log", dir);
	snprintf(s->url, sizeof(s->url), "postgresql:///postgres?host=%s&user=postgres", dir);
	s->pid = start(program, argv, s->dir, log);
	starter = getpid();
	if (server_count++ == 0)
		atexit(stop_servers);
	wait_answering(s);
	return s->url;
}

const char *fixture_postgres(void)
{
	static const char *own;
	const char *given = getenv("CHORSU_TEST_POSTGRES");

	if (given && *given)
		return given;
	if (!own)
		own = fixture_start_postgres("jit=off");
	return own;
}

static void run_sql(const char *sql)
{
	PGconn *h = PQconnectdb(fixture_postgres());
	PGresult *r = PQexec(h, "SET client_min_messages = error");

	PQclear(r);
	r = PQexec(h, sql);
	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		end(sql, PQerrorMessage(h));
	PQclear(r);
	PQfinish(h);
}

void fixture_make(struct fixture *f, enum db_engine engine)
{
	static int count;
	char sql[96];
	const char *base;

	*f = (struct fixture){.engine = engine, .dir = "/tmp/chorsu-store-XXXXXX"};
	if (!mkdtemp(f->dir))
		end(f->dir, strerror(errno));
	if (engine == DB_SQLITE)
		return;
	snprintf(f->schema, sizeof(f->schema), "t%ld_%d_%lld", (long)getpid(), count++,
		(long long)clock_now() % 1000000);
	snprintf(sql, sizeof(sql), "CREATE SCHEMA %s", f->schema);
	run_sql(sql);
	base = fixture_postgres();
	snprintf(f->url, sizeof(f->url), "%s%soptions=-csearch_path%%3D%s", base,
		strchr(base, '?') ? "&" : "?", f->schema);
}

void fixture_drop(struct fixture *f)
{
	char sql[96];

	if (f->engine == DB_POSTGRES) {
		snprintf(sql, sizeof(sql), "DROP SCHEMA %s CASCADE", f->schema);
		run_sql(sql);
	}
	remove_tree(f->dir);
}

struct db_options fixture_options(const struct fixture *f, bool serve)
{
	return (struct db_options){.dir = f->dir, .url = f->url, .serve = serve, .create = true};
}

struct db *fixture_open(const struct fixture *f, bool serve)
{
	struct db_options options = fixture_options(f, serve);
	struct err err = {0};
	struct db *db = NULL;

	if (db_open(&options, &err, &db) < 0)
		end(f->dir, err_text(&err));
	return db;
}

struct world *world_new(enum db_engine engine, bool serve, const struct migrations *const *rooms)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		end("world", "not enough memory");
	fixture_make(&w->fixture, engine);
	w->cx = (struct ctx){.arena = arena_new(16 * MIB), .db = fixture_open(&w->fixture, serve)};
	if (db_migrate(&w->cx, rooms) < 0)
		end("migration", err_text(&w->cx.err));
	return w;
}

void world_free(struct world *w)
{
	db_close(w->cx.db);
	arena_free(w->cx.arena);
	fixture_drop(&w->fixture);
	free(w);
}
