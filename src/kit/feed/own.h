/* What the parts of the reader share: the feed that is being read. Not for anybody outside. */
#ifndef CHORSU_KIT_FEED_OWN_H
#define CHORSU_KIT_FEED_OWN_H

#include "kit/feed/feed.h"

struct draft;

struct feed {
	struct feed_options options; /* its strings are the arena's */
	struct arena *arena;         /* of the head */
	const char *base;            /* xml:base of the whole, or NULL */
	struct feed_head head;
	struct feed_report report;
	struct err err; /* of the failure */
	int rc;         /* 0, or what ended the reading */
};

/* Does nothing after the first failure. Returns what ended the reading. */
int feed_fail(struct feed *f, int code, const char *sentence);

/* A fault that was mended; sentence without a final stop. line 0: of no line. */
void feed_fault(struct feed *f, int line, const char *sentence);

/* The feed ends too early. */
void feed_cut(struct feed *f, int line, const char *sentence);

/* The first value stays, which bounds what a head can grow to; NULL and "" are none. */
void feed_set(struct feed *f, const char **slot, const char *value);
void feed_set_plain(struct feed *f, const char **slot, const char *value, size_t max);
void feed_set_url(struct feed *f, const char **slot, const char *base, const char *value);
void feed_set_site(struct feed *f, const char *value);
void feed_set_lang(struct feed *f, const char *value);
void feed_add_hub(struct feed *f, const char *value);

/* As str_lang() writes it, in the arena; "ru_RU" and what has parts unknown to it are taken too.
 * NULL when it is no language. */
const char *feed_lang(struct arena *a, const char *value);

/* What relative addresses outside of items are seen from. */
const char *feed_base(const struct feed *f);

/* An item that cannot be handed on. */
void feed_skip(struct feed *f, int line, const char *sentence);

/* A finished item to the callback, or one to be skipped; line: where it ended. */
void feed_hand_on(struct feed *f, struct draft *d, int line);

#endif
