/* The search index: which posts hold a word, in blocks of a week, so that the newest are found
 * first and a search costs as much as weeks that it looks through, not as many posts as there are.
 *
 * search_word(word, block, places): the posts of a block that hold a folded word, as 16-bit places
 * in the block, or as a bitmap where there are many. search_block(block, posts): what stands at
 * each place. A block is a week's number and a part of it (PLACES_MAX posts each). The reader
 * `search` fills them from every institution's outbox, from its beginning. */
#ifndef CHORSU_CORE_SEARCH_H
#define CHORSU_CORE_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "core/reader.h"

#define SEARCH_WORDS_MAX  8    /* of a query; more are left out */
#define SEARCH_PREFIX_MIN 3    /* folded letters before "*" */
#define SEARCH_FORMS_MAX  32   /* words that a prefix may stand for */
#define SEARCH_COUNT_MAX  1000 /* counting stops there */

struct search_query {
	const char *text;             /* as it was typed; "word*" finds all that begins so */
	int64_t institution;          /* 0: all */
	int64_t before_at, before_id; /* of the last hit shown; 0: from the newest */
	int limit;
	bool count;
};

struct search_hit {
	int64_t post;
	int64_t at; /* published */
};

struct search_result {
	struct search_hit *hits; /* newest first */
	int hit_count;
	bool more;
	int count;       /* SEARCH_COUNT_MAX: as many or more; only when asked for */
	int64_t reached; /* not 0: it stopped looking at this instant; older ones may exist */
	int words;       /* of the query that were looked for; 0: it holds none */
};

/* In a read transaction; the result in its arena. What was withdrawn meanwhile may be among the
 * hits. */
MUST_USE int search_find(
	struct tx *tx, const struct search_query *query, struct search_result *ret);

extern const struct reader_kind search_kind;

/* Inside core: the sets of places in a block (search_set.c). */
#define PLACES_MAX   4096
#define PLACES_WORDS (PLACES_MAX / 64)

struct places {
	uint64_t bits[PLACES_WORDS];
};

/* At most PLACES_MAX / 8 bytes. places_load: false for bytes that places_save never writes. */
#define PLACES_BYTES (PLACES_MAX / 8)
size_t places_save(const struct places *p, unsigned char out[PLACES_BYTES]);
bool places_load(struct places *p, const void *bytes, size_t len);
int places_count(const struct places *p);
void places_set(struct places *p, int place, bool on);
bool places_has(const struct places *p, int place);
bool places_and(struct places *p, const struct places *with); /* false: nothing is left */
void places_or(struct places *p, const struct places *with);

/* SQL (search_db.c). */
#define SEARCH_WEEK      (7 * DAY)
#define SEARCH_PARTS     1024 /* blocks of a week */
#define SEARCH_BLOCK(at) ((at) > 0 ? (at) / SEARCH_WEEK * SEARCH_PARTS : 0)

struct search_row {
	int64_t block;
	struct places *places;
};

/* A post's block and place; 1 when it has one, 0 when not. */
int search_db_place(struct tx *tx, int64_t post, int64_t *ret_block, int *ret_place);
/* A new place for a post in the last part of its week. */
int search_db_add(struct tx *tx, int64_t post, int64_t at, int64_t *ret_block, int *ret_place);
int search_db_get(struct tx *tx, const char *word, int64_t block, struct places *ret);
int search_db_put(struct tx *tx, const char *word, int64_t block, const struct places *p);
/* The rows of a word in blocks low to high, the highest first, at most limit. */
int search_db_rows(struct tx *tx, const char *word, int64_t low, int64_t high, int limit,
	struct search_row *ret, int *ret_count);
int search_db_size(struct tx *tx, const char *word, int most); /* rows that it has, at most most */
/* Words that begin so, at most limit. */
int search_db_forms(struct tx *tx, const char *prefix, int limit, const char **ret, int *ret_count);
/* What stands at the places of a block. */
int search_db_posts(struct tx *tx, int64_t block, const struct search_hit **ret, int *ret_count);
/* Titles and HTML of a post's variants: all that it ever had, or only those that stand. */
struct search_text {
	const char *title, *html;
	bool stands;
};
int search_db_texts(struct tx *tx, int64_t post, const struct search_text **ret, int *ret_count);

#endif
