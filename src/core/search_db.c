/* SQL of the search index. */
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "core/search.h"

#define TEXTS_MAX  2000 /* variants of all revisions of a post that are looked at */
#define ENTRY_SIZE 16   /* id, published_at, each 8 bytes, least first */

static const char PLACE[] = "SELECT block, place FROM search_post WHERE post = $post";
static const char LAST_PART[] =
	"SELECT block, posts FROM search_block WHERE block >= $low AND block <= $high ORDER BY block DESC LIMIT 1";
static const char ADD_PLACE[] =
	"INSERT INTO search_post (post, block, place) VALUES ($post, $block, $place)";
static const char SAVE_BLOCK[] = "INSERT INTO search_block (block, posts) VALUES ($block, $posts)"
				 " ON CONFLICT (block) DO UPDATE SET posts = excluded.posts";
static const char POSTS[] = "SELECT posts FROM search_block WHERE block = $block";
static const char GET[] = "SELECT places FROM search_word WHERE word = $word AND block = $block";
static const char PUT[] =
	"INSERT INTO search_word (word, block, places) VALUES ($word, $block, $places)"
	" ON CONFLICT (word, block) DO UPDATE SET places = excluded.places";
static const char DROP[] = "DELETE FROM search_word WHERE word = $word AND block = $block";
static const char ROWS[] =
	"SELECT block, places FROM search_word WHERE word = $word AND block >= $low AND block <= $high"
	" ORDER BY block DESC LIMIT $limit";
static const char SIZE[] =
	"SELECT count(*) FROM (SELECT 1 FROM search_word WHERE word = $word LIMIT $most) AS w";
static const char NEXT_WORD[] = "SELECT word FROM search_word WHERE word > $after AND word < $end"
				" ORDER BY word LIMIT 1";
static const char TEXTS[] =
	"SELECT v.title, v.html, CASE WHEN p.state = 'published' AND p.visibility = 'public' AND v.revision ="
	" (SELECT max(w.revision) FROM variant w WHERE w.post = v.post AND w.lang = v.lang) THEN 1 ELSE 0 END"
	" FROM variant v JOIN post p ON p.id = v.post WHERE v.post = $post ORDER BY v.lang, v.revision DESC LIMIT $limit";

int search_db_place(struct tx *tx, int64_t post, int64_t *ret_block, int *ret_place)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, PLACE);
	int rc;

	bind_int(q, "post", post);
	rc = stmt_step(q);
	if (rc > 0) {
		*ret_block = col_int(q, 0);
		*ret_place = (int)col_int(q, 1);
	}
	return rc;
}

static void put_int(unsigned char *out, int64_t value)
{
	for (int i = 0; i < 8; i++)
		out[i] = (unsigned char)((uint64_t)value >> (8 * i));
}

static int64_t get_int(const unsigned char *p)
{
	uint64_t value = 0;

	for (int i = 7; i >= 0; i--)
		value = value << 8 | p[i];
	return (int64_t)value;
}

struct last_part {
	int64_t block;
	unsigned char *posts; /* with room for one more */
	size_t len;
};

/* The part of the week that takes the next post. */
static int load_last_part(struct tx *tx, int64_t week, struct last_part *ret)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, LAST_PART);
	const void *posts = NULL;
	int rc;

	*ret = (struct last_part){.block = week};
	bind_int(q, "low", week);
	bind_int(q, "high", week + SEARCH_PARTS - 1);
	rc = stmt_step(q);
	if (rc < 0)
		return rc;
	if (rc > 0) {
		ret->block = col_int(q, 0);
		posts = col_blob(q, 1, &ret->len);
	}
	if (ret->len / ENTRY_SIZE >= PLACES_MAX) {
		ret->len = 0;
		if (++ret->block == week + SEARCH_PARTS)
			return tx_fail(
				tx, ERR_FULL, "the search index takes no more posts of one week");
	}
	ret->posts = arena_alloc(tx_arena(tx), ret->len + ENTRY_SIZE);
	if (!ret->posts)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	if (ret->len)
		memcpy(ret->posts, posts, ret->len);
	return 0;
}

static int save_block(struct tx *tx, const struct last_part *part)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, SAVE_BLOCK);

	bind_int(q, "block", part->block);
	bind_blob(q, "posts", part->posts, part->len);
	return stmt_run(q);
}

int search_db_add(struct tx *tx, int64_t post, int64_t at, int64_t *ret_block, int *ret_place)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, ADD_PLACE);
	struct last_part part;
	int rc = load_last_part(tx, SEARCH_BLOCK(at), &part);

	if (rc < 0)
		return rc;
	*ret_block = part.block;
	*ret_place = (int)(part.len / ENTRY_SIZE);
	put_int(part.posts + part.len, post);
	put_int(part.posts + part.len + 8, at);
	part.len += ENTRY_SIZE;
	rc = save_block(tx, &part);
	if (rc < 0)
		return rc;
	bind_int(q, "post", post);
	bind_int(q, "block", *ret_block);
	bind_int(q, "place", *ret_place);
	return stmt_run(q);
}

static int read_places(struct tx *tx, struct stmt *q, int column, struct places *ret)
{
	size_t len;
	const void *bytes = col_blob(q, column, &len);

	return places_load(ret, bytes, len)
		       ? 0
		       : tx_fail(tx, ERR_INTERNAL, "the search index is damaged");
}

int search_db_get(struct tx *tx, const char *word, int64_t block, struct places *ret)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, GET);
	int rc;

	memset(ret, 0, sizeof(*ret));
	bind_text(q, "word", word);
	bind_int(q, "block", block);
	rc = stmt_step(q);
	return rc > 0 ? read_places(tx, q, 0, ret) : rc;
}

int search_db_put(struct tx *tx, const char *word, int64_t block, const struct places *p)
{
	unsigned char bytes[PLACES_BYTES];
	size_t len = places_save(p, bytes);
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, len ? PUT : DROP);

	bind_text(q, "word", word);
	bind_int(q, "block", block);
	if (len)
		bind_blob(q, "places", bytes, len);
	return stmt_run(q);
}

int search_db_rows(struct tx *tx, const char *word, int64_t low, int64_t high, int limit,
	struct search_row *ret, int *ret_count)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, ROWS);
	int n = 0, rc;

	bind_text(q, "word", word);
	bind_int(q, "low", low);
	bind_int(q, "high", high);
	bind_int(q, "limit", limit);
	while ((rc = stmt_step(q)) > 0) {
		struct places *p = arena_alloc(tx_arena(tx), sizeof(*p));

		if (!p)
			return tx_fail(tx, ERR_MEMORY, "not enough memory");
		rc = read_places(tx, q, 1, p);
		if (rc < 0)
			return rc;
		ret[n++] = (struct search_row){col_int(q, 0), p};
	}
	*ret_count = n;
	return rc;
}

int search_db_size(struct tx *tx, const char *word, int most)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, SIZE);
	int rc;

	bind_text(q, "word", word);
	bind_int(q, "most", most);
	rc = stmt_step(q);
	return rc > 0 ? (int)col_int(q, 0) : rc;
}

/* One seek a word: PostgreSQL and SQLite would both read every row to find the different ones. */
int search_db_forms(struct tx *tx, const char *prefix, int limit, const char **ret, int *ret_count)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, NEXT_WORD);
	const char *after = prefix;
	char *end = arena_printf(tx_arena(tx), "%s\xf4\x8f\xbf\xbf", prefix); /* U+10FFFF */
	int n = 0, rc = 1;

	if (!end)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	ret[n++] = prefix;
	while (n < limit && rc > 0) {
		bind_text(q, "after", after);
		bind_text(q, "end", end);
		rc = stmt_step(q);
		if (rc > 0) {
			after = ret[n] = col_strdup(q, 0);
			rc = after ? stmt_step(q) : tx_fail(tx, ERR_MEMORY, "not enough memory");
			n++;
			rc = rc < 0 ? rc : 1;
		}
	}
	*ret_count = n;
	return rc < 0 ? rc : 0;
}

int search_db_posts(struct tx *tx, int64_t block, const struct search_hit **ret, int *ret_count)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, POSTS);
	const unsigned char *bytes;
	struct search_hit *list;
	size_t len;
	int rc;

	*ret_count = 0;
	bind_int(q, "block", block);
	rc = stmt_step(q);
	if (rc <= 0)
		return rc;
	bytes = col_blob(q, 0, &len);
	list = arena_array(tx_arena(tx), len / ENTRY_SIZE + 1, sizeof(*list));
	if (!list)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	for (size_t i = 0; i + ENTRY_SIZE <= len; i += ENTRY_SIZE)
		list[(*ret_count)++] =
			(struct search_hit){get_int(bytes + i), get_int(bytes + i + 8)};
	*ret = list;
	return 0;
}

int search_db_texts(struct tx *tx, int64_t post, const struct search_text **ret, int *ret_count)
{
	struct search_text *list = arena_array(tx_arena(tx), TEXTS_MAX, sizeof(*list));
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, TEXTS);
	int n = 0, rc;

	if (!list)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	bind_int(q, "post", post);
	bind_int(q, "limit", TEXTS_MAX);
	while ((rc = stmt_step(q)) > 0)
		list[n++] = (struct search_text){
			col_strdup(q, 0), col_strdup(q, 1), col_int(q, 2) != 0};
	*ret = list;
	*ret_count = n;
	return rc;
}
