/* SQL of sources. */
#include "feature/sources/source_db.h"

#include <string.h>

#include "base/id.h"
#include "base/str.h"

#define LIST_MAX 1000

static const char TABLES[] =
	/* every 0: read when somebody asks. */
	"CREATE TABLE source ("
	" id INTEGER PRIMARY KEY,"
	" institution INTEGER NOT NULL REFERENCES institution (id),"
	" url TEXT NOT NULL,"
	" lang TEXT NOT NULL,"
	" send_all INTEGER NOT NULL,"
	" every INTEGER NOT NULL,"
	" next_at INTEGER NOT NULL,"
	" read_at INTEGER NOT NULL,"
	" attempts INTEGER NOT NULL,"
	" why TEXT NOT NULL,"
	" etag TEXT NOT NULL,"
	" modified TEXT NOT NULL,"
	" UNIQUE (institution, url)"
	") STRICT;"
	"CREATE INDEX source_due ON source (next_at) WHERE every > 0;"
	/* key: SHA-256 of the item's id. hash: of what it said when it was taken. */
	"CREATE TABLE source_item ("
	" institution INTEGER NOT NULL REFERENCES institution (id),"
	" key BLOB NOT NULL,"
	" source INTEGER NOT NULL REFERENCES source (id),"
	" post INTEGER NOT NULL REFERENCES post (id),"
	" hash BLOB NOT NULL,"
	" quiet INTEGER NOT NULL,"
	" PRIMARY KEY (institution, key)"
	") STRICT;"
	"CREATE INDEX source_item_post ON source_item (post);";

static const struct migration STEPS[] = {{1, "sources", TABLES}, {0}};
const struct migrations sources_migrations = {"sources", STEPS};

#define COLUMNS                                                                                    \
	"SELECT s.id, s.institution, i.handle, s.url, s.lang, s.send_all, s.every, s.next_at,"     \
	" s.read_at, s.attempts, s.why, s.etag, s.modified FROM source s"                          \
	" JOIN institution i ON i.id = s.institution "

static const char KEEP[] =
	"INSERT INTO source (id, institution, url, lang, send_all, every, next_at, read_at, attempts, why, etag, modified)"
	" VALUES ($id, $institution, $url, $lang, $send_all, $first, $next_at, 0, 0, '', '', '')"
	" ON CONFLICT (institution, url) DO UPDATE SET lang = excluded.lang, send_all = excluded.send_all,"
	" every = CASE WHEN $every < 0 THEN source.every ELSE excluded.every END, next_at = excluded.next_at";
static const char BY_URL[] = COLUMNS "WHERE s.institution = $institution AND s.url = $url";
static const char BY_ID[] = COLUMNS "WHERE s.id = $id";
static const char LIST[] = COLUMNS "ORDER BY i.handle, s.id LIMIT $limit";
static const char DUE[] = COLUMNS
	"WHERE s.every > 0 AND s.next_at <= $now AND i.state = 'open' ORDER BY s.next_at LIMIT 1";
static const char SAVE[] =
	"UPDATE source SET next_at = $next_at, read_at = $read_at, attempts = $attempts, why = $why, etag = $etag,"
	" modified = $modified WHERE id = $id";
static const char STOP[] = "UPDATE source SET every = 0 WHERE id = $id AND every > 0";
static const char ITEM[] = "SELECT post, hash, quiet FROM source_item"
			   " WHERE institution = $institution AND key = $key";
static const char ADD[] = "INSERT INTO source_item (institution, key, source, post, hash, quiet)"
			  " VALUES ($institution, $key, $source, $post, $hash, $quiet)";
static const char CHANGED[] =
	"UPDATE source_item SET hash = $hash WHERE institution = $institution AND key = $key";

static void read_row(struct stmt *q, struct source *s)
{
	*s = (struct source){.id = col_int(q, 0),
		.institution = col_int(q, 1),
		.handle = col_strdup(q, 2),
		.url = col_strdup(q, 3),
		.lang = col_strdup(q, 4),
		.send_all = col_int(q, 5),
		.every = col_int(q, 6),
		.next_at = col_int(q, 7),
		.read_at = col_int(q, 8),
		.attempts = col_int(q, 9),
		.why = col_strdup(q, 10),
		.etag = col_strdup(q, 11),
		.modified = col_strdup(q, 12)};
}

static int load_one(struct tx *tx, struct stmt *q, const struct source **ret)
{
	struct source *s = arena_alloc(tx_arena(tx), sizeof(*s));
	int rc = stmt_step(q);

	if (rc < 0)
		return rc;
	if (rc == 0)
		return tx_fail(tx, ERR_NOT_FOUND, "there is no such source");
	if (!s)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	read_row(q, s);
	*ret = s;
	return 0;
}

int source_keep(struct tx *tx, const struct source *wanted, const struct source **ret)
{
	AUTO(stmt_done) struct stmt *keep = tx_prepare(tx, KEEP);
	AUTO(stmt_done) struct stmt *load = tx_prepare(tx, BY_URL);
	int rc;

	bind_int(keep, "id", id_new());
	bind_int(keep, "institution", wanted->institution);
	bind_text(keep, "url", wanted->url);
	bind_text(keep, "lang", wanted->lang);
	bind_int(keep, "send_all", wanted->send_all);
	bind_int(keep, "first", wanted->every > 0 ? wanted->every : 0);
	bind_int(keep, "every", wanted->every);
	bind_int(keep, "next_at", wanted->next_at);
	rc = stmt_run(keep);
	if (rc < 0)
		return rc;
	bind_int(load, "institution", wanted->institution);
	bind_text(load, "url", wanted->url);
	return load_one(tx, load, ret);
}

int source_load(struct tx *tx, int64_t id, const struct source **ret)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, BY_ID);

	bind_int(q, "id", id);
	return load_one(tx, q, ret);
}

int source_list(struct tx *tx, const struct source **ret, int *ret_count)
{
	struct source *list = arena_array(tx_arena(tx), LIST_MAX, sizeof(*list));
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, LIST);
	int n = 0, rc;

	if (!list)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	bind_int(q, "limit", LIST_MAX);
	while ((rc = stmt_step(q)) > 0)
		read_row(q, &list[n++]);
	*ret = list;
	*ret_count = n;
	return rc;
}

int source_due(struct tx *tx, int64_t now, const struct source **ret)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, DUE);

	bind_int(q, "now", now);
	return load_one(tx, q, ret);
}

int source_save(struct tx *tx, const struct source *s)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, SAVE);

	bind_int(q, "id", s->id);
	bind_int(q, "next_at", s->next_at);
	bind_int(q, "read_at", s->read_at);
	bind_int(q, "attempts", s->attempts);
	bind_text(q, "why", s->why);
	bind_text(q, "etag", s->etag);
	bind_text(q, "modified", s->modified);
	return stmt_run(q);
}

int source_stop(struct tx *tx, int64_t id)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, STOP);
	int rc;

	bind_int(q, "id", id);
	rc = stmt_run(q);
	if (rc == 0 && stmt_changes(q) == 0)
		return tx_fail(tx, ERR_NOT_FOUND,
			"no source with this number is read by itself: look at chorsu sources");
	return rc;
}

int source_item_load(struct tx *tx, int64_t institution, const unsigned char key[SOURCE_HASH],
	struct source_item *ret)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, ITEM);
	const void *hash;
	size_t len;
	int rc;

	bind_int(q, "institution", institution);
	bind_blob(q, "key", key, SOURCE_HASH);
	rc = stmt_step(q);
	if (rc <= 0)
		return rc;
	memcpy(ret->key, key, SOURCE_HASH);
	ret->post = col_int(q, 0);
	hash = col_blob(q, 1, &len);
	memset(ret->hash, 0, SOURCE_HASH);
	if (len == SOURCE_HASH)
		memcpy(ret->hash, hash, SOURCE_HASH);
	ret->quiet = col_int(q, 2);
	return 1;
}

int source_item_add(
	struct tx *tx, int64_t institution, int64_t source, const struct source_item *item)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, ADD);

	bind_int(q, "institution", institution);
	bind_blob(q, "key", item->key, SOURCE_HASH);
	bind_int(q, "source", source);
	bind_int(q, "post", item->post);
	bind_blob(q, "hash", item->hash, SOURCE_HASH);
	bind_int(q, "quiet", item->quiet);
	return stmt_run(q);
}

int source_item_changed(struct tx *tx, int64_t institution, const struct source_item *item)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, CHANGED);

	bind_int(q, "institution", institution);
	bind_blob(q, "key", item->key, SOURCE_HASH);
	bind_blob(q, "hash", item->hash, SOURCE_HASH);
	return stmt_run(q);
}
