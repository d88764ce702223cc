/* Pictures that were sent or given: made upright, small and clean for pages and other servers.
 *
 * chorsu-media, a second small program, reads them: this room starts it for one picture, hands it
 * the file over a socket and believes nothing that it answers (reply.h). No picture library is
 * linked here. What comes out is WebP and JPEG in sRGB without metadata, never larger than what
 * went in; of a moving picture the first frame. */
#ifndef CHORSU_KIT_MEDIA_MEDIA_H
#define CHORSU_KIT_MEDIA_MEDIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"

#define MEDIA_FILE_MAX        (40 * MIB)  /* bytes of a picture that is taken */
#define MEDIA_PIXELS_MAX      100000000   /* width × height of it */
#define MEDIA_FRAMES_MAX      2000        /* of a moving WebP */
#define MEDIA_START_MS        10000       /* for chorsu-media to get ready: usual are 25 */
#define MEDIA_LIMIT_MS        30000       /* for one picture; then its process is killed */
#define MEDIA_MEMORY_MAX      (512 * MIB) /* address space of chorsu-media */
#define MEDIA_AT_ONCE         2           /* processes */
#define MEDIA_WAITING_MAX     8           /* callers that wait for their turn */
#define MEDIA_HEIGHT_MAX      8192        /* of what is made */
#define MEDIA_OUT_MAX         (16 * MIB)  /* bytes of one file that is made */
#define MEDIA_STEM_MAX        64          /* characters of the name of what is stored */
#define MEDIA_FILES_MAX       4           /* files made of one picture */
#define MEDIA_BLURHASH_LEN    28          /* of 4 × 3 components */
#define MEDIA_DESCRIPTION_MAX 1500        /* characters */

enum media_use {
	MEDIA_PICTURE, /* WebP 320, 800 and 1,600 px wide, JPEG of at most 1,600 */
	MEDIA_AVATAR,  /* the square in the middle, WebP and JPEG of at most 400 */
	MEDIA_HEADER,  /* 3:1 from the middle, WebP and JPEG of at most 1,500 wide */
};

enum media_form { MEDIA_UNKNOWN, MEDIA_JPEG, MEDIA_PNG, MEDIA_WEBP, MEDIA_GIF };

struct media_options {
	const char *program; /* path of chorsu-media; NULL: beside the running program */
	int start_ms;        /* 0: MEDIA_START_MS, until it has shut itself in */
	int limit_ms;        /* 0: MEDIA_LIMIT_MS, real ones: it bounds work, and is no term */
	const char *fault;   /* handed to a chorsu-media that was built for tests; NULL else */
};

struct media_file {
	enum media_form form; /* MEDIA_WEBP or MEDIA_JPEG */
	int width, height;    /* px */
	size_t size;          /* of bytes */
	unsigned char *bytes;
};

struct media_result {
	enum media_form form; /* of what was given */
	int width, height;    /* of what was given, upright; before it was cut for an avatar */
	int count;
	/* WebP from the smallest up, each width once; the last is the JPEG, of the width of the
	 * largest WebP. */
	struct media_file files[MEDIA_FILES_MAX];
	char blurhash[MEDIA_BLURHASH_LEN + 1];
};

struct media_worker;

/* Starts no process yet. Nobody else in the program may wait for any child (waitpid(-1)) or ignore
 * SIGCHLD. NULL with a sentence. */
struct media_worker *media_worker_new(const struct media_options *options, struct err *err);

/* No call of media_make may be under way. Takes NULL. */
void media_worker_free(struct media_worker *w);

/* Make the files of one picture: len bytes as they came, whose form is found in them and not in a
 * name. Any thread may call; MEDIA_AT_ONCE are made at once, in the order of the calls. The caller
 * ends ret with media_result_done.
 * ERR_UNSUPPORTED: no JPEG, PNG, WebP or GIF; ERR_INVALID: empty, broken, or its process died of
 * it; ERR_TOO_LARGE; ERR_TIMEOUT; ERR_BUSY: too many wait; ERR_MEMORY; ERR_INTERNAL: chorsu-media
 * cannot be started. */
MUST_USE int media_make(struct ctx *cx, struct media_worker *w, const void *bytes, size_t len,
	enum media_use use, struct media_result *ret);

/* Frees the files; also for AUTO, on one that is all zero too. */
void media_result_done(struct media_result *r);

/* Write the files into the folder dir (a descriptor) as STEM-WIDTH.webp and .jpg. They and the
 * folder are synced when it returns 0; on failure none is left. stem: a-z A-Z 0-9 - _, 1 to
 * MEDIA_STEM_MAX, new in that folder. ERR_CONFLICT: a file of that name stands; ERR_FULL, ERR_IO.
 */
MUST_USE int media_store(const struct media_result *r, int dir, const char *stem, struct err *err);

/* The name that media_store gives to a file. out holds MEDIA_STEM_MAX + 16. */
void media_file_name(const struct media_file *f, const char *stem, char *out);

/* Whether text may stand for a picture to those who do not see it: present, valid, at most
 * MEDIA_DESCRIPTION_MAX characters, and more than the name of a file. 0 or ERR_INVALID,
 * ERR_TOO_LARGE with a sentence. */
MUST_USE int media_check_description(const char *text, struct err *err);

/* "image/webp" and the like; NULL for MEDIA_UNKNOWN. */
const char *media_type(enum media_form form);

#endif
