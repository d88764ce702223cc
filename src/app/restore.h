/* The parts of a restore, for its files alone: the folder, and reading the archive into it. */
#ifndef CHORSU_APP_RESTORE_H
#define CHORSU_APP_RESTORE_H

#include "app/backup.h"
#include "kit/crypto/key.h"
#include "kit/pack/pack.h"

/* Stands in the folder from the first moment and becomes chorsu.conf at the last. Its first line
 * names the restore; what lies beside it is unfinished. */
#define RESTORE_MARK "chorsu.conf.restoring"

struct restore {
	struct ctx *cx;
	const char *dir;
	const char *who;      /* for the audit trail */
	const char *database; /* "": SQLite */
	int dir_fd;           /* -1: nothing was touched yet */
	int mark_fd;          /* held by a lock as long as this runs */
	bool made;            /* the folder is ours to remove */
	char token[23];
	struct unpack *archive;
	struct manifest manifest;
	struct secret *secret;
	struct buf config; /* chorsu.conf as it came */
	bool has_config, has_secret, has_counts;
	const struct table *tables; /* the database's own */
	int table_count;
	int64_t *counts; /* rows of each */
	int *pieces;     /* members of each */
	struct progress progress;
};

/* restore_folder.c: take the folder, which must be new, empty, or left by a restore that was
 * interrupted. */
MUST_USE int restore_take_folder(struct restore *r);

/* The settings, written and durable, but not under their name yet. */
MUST_USE int restore_prepare_config(struct restore *r);

/* The very last step. */
MUST_USE int restore_name_config(struct restore *r);

/* All that was put there, and the folder where it was made. */
void restore_undo(struct restore *r);

/* A new file below the folder, and the folders above it. Its bytes come from the archive. */
MUST_USE int restore_write_file(struct restore *r, const struct member *m);
MUST_USE int restore_write_secret(struct restore *r, const void *bytes, size_t len);

/* restore_rows.c: every member but the manifest, in db_load's transaction. arg: struct restore. */
int restore_fill(struct tx *tx, void *arg);

#endif
