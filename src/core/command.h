/* Commands of the program `chorsu`: rows that rooms declare. Parsing, help and exit codes are app's
 * work. */
#ifndef CHORSU_CORE_COMMAND_H
#define CHORSU_CORE_COMMAND_H

#include <stdbool.h>

#include <jansson.h>

#include "base/ctx.h"

struct invocation;

enum option_kind {
	OPTION_FLAG,
	OPTION_TEXT,      /* --title TEXT */
	OPTION_LANG,      /* --lang LANG: a BCP 47 tag, checked */
	OPTION_LANG_TEXT, /* --name LANG=TEXT, may be repeated */
};

struct option {
	const char *name; /* without "--" */
	enum option_kind kind;
	const char *value; /* what help shows, e.g. "LANG=TEXT" */
	const char *says;
	bool repeated;
	bool required;
};

enum needs {
	NEEDS_NOTHING,
	NEEDS_DIR,   /* DIR is the first argument, nothing is opened */
	NEEDS_STORE, /* DIR is the first argument: settings, database, secret are opened */
};

struct command {
	const char *name;      /* "institution add" */
	const char *arguments; /* after DIR: "HANDLE" or "POST (TEXT | -)" */
	int least, most;       /* how many of them */
	enum needs needs;
	const struct option
		*options; /* ended by a row without a name; --json and --help are everybody's */
	int (*run)(struct invocation *in);
	const char *says; /* one line */
	const char *more; /* help's further paragraphs; NULL: none */
	bool hidden;      /* for tests */
};

/* What a command sees. Also a context: first member. */
struct invocation {
	struct ctx cx;
	const struct command *command;
	const char *dir;
	const char **arguments; /* those after DIR */
	int argument_count;
	bool json;
	const struct option_value *options;
	int option_count;
};

struct option_value {
	const struct option *option;
	const char *lang; /* OPTION_LANG, OPTION_LANG_TEXT: canonical tag */
	const char *text;
};

/* The n-th value (from 0) of an option; NULL past the last. */
const struct option_value *invocation_option(const struct invocation *in, const char *name, int n);
const char *invocation_text(
	const struct invocation *in, const char *name); /* first value's text or NULL */
bool invocation_flag(const struct invocation *in, const char *name);

/* "-" means standard input (at most max bytes), anything else itself; checked to be text. In the
 * arena. */
MUST_USE int invocation_input(
	struct invocation *in, const char *argument, size_t max, const char **ret);
MUST_USE int invocation_file(struct invocation *in, const char *path, size_t max, const char **ret);

/* The bytes of any file, not empty, at most max. */
MUST_USE int invocation_bytes(
	struct invocation *in, const char *path, size_t max, const void **ret, size_t *ret_len);

/* Print the result: with --json the object (one line), else the text. Takes the reference. */
void invocation_answer(struct invocation *in, json_t *object, const char *format, ...) PRINTF(3, 4);

#endif
