/* The form of a backup, shared by the two commands that write and read it (docs/backup.md).
 *
 * A backup is an archive (kit/pack): manifest.json first, rows/TABLE/NNNNNN.jsonl, rows.json with
 * their counts, chorsu.conf, secret.key where it was asked for, then the files of media/,
 * templates/ and assets/, and SHA256SUMS last. */
#ifndef CHORSU_APP_BACKUP_H
#define CHORSU_APP_BACKUP_H

#include "base/buf.h"
#include "core/command.h"
#include "kit/db/copy.h"

#define BACKUP_FORMAT 1

#define MANIFEST_MAX  (4 * MIB)
#define CONFIG_MAX    (256 * KIB)
#define SECRET_MAX    32
#define ROWS_PIECE    (1 * MIB)           /* a member of rows is begun anew past this */
#define ROWS_MAX      (64 * MIB)          /* and is never larger: the last row of it may be long */
#define FILE_SIZE_MAX ((int64_t)16 << 30) /* of media and the like */

/* Folders of a store whose files go along, ended by NULL. */
extern const char *const backup_folders[];

struct manifest {
	const char *url; /* of the store */
	int64_t at;      /* when it was made */
	bool secret;     /* secret.key is in it */
	const struct step *steps;
	int step_count;
	const struct table *tables; /* names and columns; nothing to run */
	int table_count;
};

/* As JSON; and read from whatever a stranger wrote, into the arena. A format or a migration that is
 * newer than this program is ERR_CONFLICT, anything else that is wrong ERR_INVALID. */
MUST_USE int manifest_write(const struct manifest *m, struct buf *out);
MUST_USE int manifest_parse(struct ctx *cx, const char *p, size_t len, struct manifest *ret);

/* What is done so far, told on standard error when a person looks at it. */
struct progress {
	bool shown;
	int64_t told_at; /* steady ms */
	int64_t rows, files;
};
void progress_start(struct progress *p, const struct invocation *in);
void progress_tell(struct progress *p, int64_t done, int64_t of); /* bytes; of 0: unknown */
void progress_end(struct progress *p);

extern const struct command backup_commands[];

/* The commands of the table. */
int backup_run(struct invocation *in);
int restore_run(struct invocation *in);

#endif
