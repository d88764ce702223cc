/* Pictures: made small and clean by kit/media, kept as files under media/ of the store, described
 * in rows. What is served is what stands: the pictures of published posts, of their newest
 * revision, and of open institutions. */
#ifndef CHORSU_CORE_MEDIA_H
#define CHORSU_CORE_MEDIA_H

#include "core/server.h"
#include "kit/media/media.h"

struct media_text {
	const char *lang; /* canonical BCP 47; "" means the institution's first language */
	const char *description;
};

/* One of the files that were made of it. */
struct rendition {
	const char *type;  /* "image/webp", "image/jpeg" */
	int width, height; /* px */
	int64_t size;      /* bytes */
};

struct media {
	int64_t id;
	const char *type;  /* of what was given */
	int width, height; /* of what was given, upright */
	const char *blurhash;
	int64_t at;
	const struct rendition
		*files; /* WebP from the smallest up, last the JPEG; ended by width 0 */
	const struct media_text *texts; /* ended by lang NULL */
};

/* Make and store the files of a picture, before the transaction that adds its row. texts: a post's
 * picture needs a description. Errors of media_make, media_store and media_check_description, that
 * begin with what (the file's name); ret in the arena. */
MUST_USE int media_prepare(struct ctx *cx, const char *what, const void *bytes, size_t len,
	enum media_use use, const struct media_text *texts, const struct media **ret);

/* Take the files away again: its row will not be added. */
void media_discard(struct ctx *cx, const struct media *m);

/* Its rows. lang "" of a text becomes fallback. */
MUST_USE int media_insert(
	struct tx *tx, int64_t institution, const char *fallback, const struct media *m);

/* ERR_NOT_FOUND. */
MUST_USE int media_load(struct tx *tx, int64_t id, const struct media **ret);

/* The pictures of a post's revision in their order, ended by NULL. */
MUST_USE int media_of_post(
	struct tx *tx, int64_t post, int revision, const struct media *const **ret);
MUST_USE int media_attach(
	struct tx *tx, int64_t post, int revision, const struct media *const *list);

/* May it be shown to everybody now? 1, 0 or an error. */
MUST_USE int media_stands(struct tx *tx, int64_t id);

/* The description in lang, or in the nearest language, or the first; "" when there is none. */
const char *media_description(const struct media *m, const char *lang);

/* The rendition of this type that is at least so wide, else the widest; NULL: there is none. */
const struct rendition *media_rendition(const struct media *m, const char *type, int width);

/* "https://host/media/ID-WIDTH.webp", and the path of the file on disk. In the arena. */
char *media_url(
	struct arena *a, const struct server *s, const struct media *m, const struct rendition *f);
char *media_path(struct arena *a, const struct server *s, int64_t id, const char *name);

/* Files whose row was never added, older than a day, go. For a task. */
MUST_USE int media_sweep(struct ctx *cx);

#endif
