/* Settings: rows that rooms declare, read from chorsu.conf (inih), checked, printed with their
 * comments.
 *
 * A row names section, key, kind, default and comment once; chorsu.conf as `init` writes it, its
 * documentation and the checks come from the same rows. Unknown sections and keys are errors that
 * name the line. */
#ifndef CHORSU_BASE_SETTING_H
#define CHORSU_BASE_SETTING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum setting_kind {
	SETTING_TEXT,
	SETTING_BOOL,
	SETTING_INT,
	SETTING_SIZE,
	SETTING_DURATION,
	SETTING_CHOICE
};

struct setting {
	const char *section;
	const char *key;
	enum setting_kind kind;
	const char *fallback; /* default, as it is written in the file */
	const char *comment;  /* one or more lines */
	const char *choices;  /* SETTING_CHOICE: "a|b|c" */
	int64_t min, max;     /* numbers, sizes (bytes), durations (ms); both 0: no bounds */
	bool test_only;       /* not written by init: shifts of the clock and the like */
	bool live; /* whoever reads it asks each time, so that a change counts at once; the others
		      count from the next start */
};

#define SETTING_VALUE_MAX 1800 /* bytes of a value */

struct settings;

/* tables: arrays of rows, each ended by a row without a section; the list ended by NULL. They and
 * their strings must outlive the settings. ERR_NOT_FOUND without such a file, ERR_INVALID with the
 * number of the first line that is wrong. Before there are threads. */
MUST_USE int settings_load(const char *path, const struct setting *const *tables, struct err *err,
	struct settings **ret);
void settings_free(struct settings *s);

/* What has changed in the file while its settings are in use: live rows take their value from
 * fresh, for whoever reads them from now on, on any thread; texts that were read before stay as
 * they are until settings_free. changed and waiting are given the names of live and of other rows
 * that differ, "section.key", separated by spaces. Both were loaded with the same tables. On one
 * thread at a time. ERR_MEMORY: nothing has changed. */
MUST_USE int settings_apply(struct settings *running, const struct settings *fresh,
	struct buf *changed, struct buf *waiting, struct err *err);

/* Would name ("section.key") take value? ERR_INVALID with one sentence. */
MUST_USE int settings_check(
	const struct setting *const *tables, const char *name, const char *value, struct err *err);

/* The text of a fresh file; values override defaults: pairs "section.key", value, ended by NULL (or
 * NULL for none), each of which settings_check() takes: out fails otherwise. An override of a
 * test_only row is written too. */
void settings_write(
	const struct setting *const *tables, const char *const *values, struct buf *out);

/* Text of a file, with the value of one setting changed and nothing else; where no line sets it,
 * one is added. value: one line. */
void settings_replace(
	const char *text, const char *section, const char *key, const char *value, struct buf *out);

/* Reading an undeclared row is a bug (assert). Text is never NULL ("" when empty). */
const char *settings_text(const struct settings *s, const char *section, const char *key);
bool settings_bool(const struct settings *s, const char *section, const char *key);
int64_t settings_int(const struct settings *s, const char *section,
	const char *key); /* also sizes and durations */

#endif
