/* Templates and assets of the operator, in DIR/templates and DIR/assets: they stand in the place of
 * those that are compiled in, or beside them. Beside a copy made by `chorsu templates copy` lies
 * the original as it was then, in the folder `original`, so that later both sides' changes can be
 * told apart. */
#ifndef CHORSU_APP_OVERRIDES_H
#define CHORSU_APP_OVERRIDES_H

#include "app/app.h"

#define OVERRIDES_MEMORY (64 * MIB) /* of the arena in which they are read */

struct override {
	const char *folder; /* "templates" or "assets" */
	const char *name;   /* "post.html" */
	const char *text;
	size_t len;
	const struct embedded *original; /* NULL: there is none of that name */
	const char *base;                /* the original as it was copied; NULL: not known */
	size_t base_len;
	bool refused;
	struct err err; /* why: file, line, sentence */
};

/* What the operator's file is to the program's. */
enum standing {
	STANDING_OWN,      /* the program has none of that name */
	STANDING_SAME,     /* the same bytes */
	STANDING_CHANGED,  /* changed; the original is what it was when it was copied */
	STANDING_OUTDATED, /* changed; the original is another one by now */
	STANDING_UNKNOWN,  /* changed; nobody noted which original it came from */
};
enum standing override_standing(const struct override *o);

struct overrides {
	const char *dir;
	struct override *list;
	int count;
};

/* Read both folders, which need not be there, and refuse what cannot be used; in cx's arena, which
 * must have room. An error only when reading fails as a whole. */
MUST_USE int overrides_read(struct ctx *cx, const char *dir, struct overrides *ret);

/* A line of log for each that was refused; their number. */
int overrides_log(const struct overrides *o);

/* Everything that pages need: what is compiled in, and what was not refused of the operator's.
 * *ret_templates and *ret_assets are the caller's. */
MUST_USE int overrides_load(struct ctx *cx, struct overrides *o,
	struct template_set **ret_templates, struct asset_set **ret_assets);

/* The folder's file that is compiled in; NULL: none. */
const struct embedded *original_find(const char *folder, const char *name);
static inline size_t original_len(const struct embedded *e)
{
	return (size_t)(e->end - e->start);
}

/* May a file be called so? A letter or digit, then letters, digits, ".", "_" and "-"; at most 60
 * bytes; templates end in .html or .xml. ERR_INVALID. */
MUST_USE int override_name_check(const char *folder, const char *name, struct err *err);

#endif
