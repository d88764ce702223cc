/* SQL of institutions. Rules are in institution.c. */
#include "core/institution.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"

#define COLUMNS                                                                                           \
	"i.id, i.handle, i.languages, i.state, i.head, i.version, i.unsure, i.created_at, i.updated_at, " \
	"i.rsa_public, i.ed25519_public"

static const char BY_ID[] = "SELECT " COLUMNS " FROM institution i WHERE i.id = $id";
static const char BY_HANDLE[] =
	"SELECT " COLUMNS " FROM handle h JOIN institution i ON i.id = h.institution"
	" WHERE h.handle = $handle";
static const char LIST[] = "SELECT " COLUMNS " FROM institution i WHERE i.handle > $after"
			   " ORDER BY i.handle LIMIT $limit";
static const char TEXTS[] =
	"SELECT lang, name, bio FROM institution_text WHERE institution = $id ORDER BY lang";
static const char INSERT[] =
	"INSERT INTO institution (id, handle, languages, state, head, version, unsure, created_at, updated_at, rsa_public,"
	" rsa_private, ed25519_public, ed25519_private) VALUES ($id, $handle, $languages, 'open', 0, 1, 0, $now, $now,"
	" $rsa_public, $rsa_private, $ed25519_public, $ed25519_private)";
static const char TEXT[] =
	"INSERT INTO institution_text (institution, lang, name, bio) VALUES ($id, $lang, $name, $bio)"
	" ON CONFLICT (institution, lang) DO UPDATE SET name = excluded.name, bio = excluded.bio";
static const char LANGUAGES[] =
	"UPDATE institution SET languages = $languages, updated_at = $now WHERE id = $id";
static const char HANDLE[] = "INSERT INTO handle (handle, institution) VALUES ($handle, $id)";
static const char OWNED[] = "SELECT 1 FROM handle WHERE handle = $handle AND institution = $id";
static const char RENAME[] = "UPDATE institution SET handle = $handle WHERE id = $id";
static const char CLOSE[] =
	"UPDATE institution SET state = 'closed', closed_at = $now, updated_at = $now,"
	" version = version + 1 WHERE id = $id";
static const char COUNTS[] =
	"SELECT (SELECT count(*) FROM institution WHERE state = 'open'), (SELECT count(*) FROM post"
	" WHERE state = 'published' AND visibility = 'public')";
static const char PRIVATE[] = "SELECT rsa_private FROM institution WHERE id = $id";

static const char SEALED[] =
	"SELECT handle, rsa_private, ed25519_private FROM institution ORDER BY id";

static int position_of(const char *languages, const char *lang)
{
	const char *p = languages;
	size_t n = strlen(lang);

	for (int i = 0; *p; i++) {
		size_t len = strcspn(p, " ");

		if (len == n && !memcmp(p, lang, n))
			return i;
		p += len;
		p += *p == ' ';
	}
	return 1000;
}

static int load_texts(struct tx *tx, struct institution *i)
{
	struct institution_text *texts = arena_array(tx_arena(tx), 65, sizeof(*texts));
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, TEXTS);
	int n = 0, rc;

	if (!texts)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	bind_int(q, "id", i->id);
	while ((rc = stmt_step(q)) > 0 && n < 64) {
		struct institution_text t = {col_strdup(q, 0), col_strdup(q, 1), col_strdup(q, 2)};
		int at = n++;

		for (; at > 0 && position_of(i->languages, texts[at - 1].lang) >
					 position_of(i->languages, t.lang);
			at--)
			texts[at] = texts[at - 1];
		texts[at] = t;
	}
	i->texts = texts;
	return rc < 0 ? rc : 0;
}

static void read_row(struct stmt *q, struct institution *i)
{
	i->id = col_int(q, 0);
	i->handle = col_strdup(q, 1);
	i->languages = col_strdup(q, 2);
	i->closed = str_eq(col_text(q, 3), "closed");
	i->head = col_int(q, 4);
	i->version = col_int(q, 5);
	i->unsure = col_int(q, 6);
	i->created_at = col_int(q, 7);
	i->updated_at = col_int(q, 8);
	i->rsa_public = col_strdup(q, 9);
	i->ed25519_public = col_strdup(q, 10);
}

static int load_one(struct tx *tx, struct stmt *q, const struct institution **ret)
{
	struct institution *i = arena_alloc(tx_arena(tx), sizeof(*i));
	int rc = stmt_step(q);

	if (rc < 0)
		return rc;
	if (rc == 0)
		return tx_fail(tx, ERR_NOT_FOUND, "there is no such institution");
	if (!i)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	read_row(q, i);
	rc = load_texts(tx, i);
	if (rc == 0)
		*ret = i;
	return rc;
}

int institution_load(struct tx *tx, int64_t id, const struct institution **ret)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, BY_ID);

	bind_int(q, "id", id);
	return load_one(tx, q, ret);
}

int institution_find(struct tx *tx, const char *handle, const struct institution **ret)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, BY_HANDLE);
	int rc;

	bind_text(q, "handle", handle);
	rc = load_one(tx, q, ret);
	if (rc == ERR_NOT_FOUND)
		return tx_fail(tx, rc, "there is no institution with the handle \"%s\"", handle);
	return rc;
}

int institution_list(
	struct tx *tx, const char *after, int limit, const struct institution **ret, int *ret_count)
{
	struct institution *list = arena_array(tx_arena(tx), (size_t)limit, sizeof(*list));
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, LIST);
	int n = 0, rc;

	if (!list)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	bind_text(q, "after", after);
	bind_int(q, "limit", limit);
	while ((rc = stmt_step(q)) > 0)
		read_row(q, &list[n++]);
	for (int k = 0; rc == 0 && k < n; k++)
		rc = load_texts(tx, &list[k]);
	if (rc < 0)
		return rc;
	*ret = list;
	*ret_count = n;
	return 0;
}

int institution_db_insert(struct tx *tx, const struct institution *i, const void *rsa,
	size_t rsa_len, const void *ed, size_t ed_len)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, INSERT);

	bind_int(q, "id", i->id);
	bind_text(q, "handle", i->handle);
	bind_text(q, "languages", i->languages);
	bind_int(q, "now", i->created_at);
	bind_text(q, "rsa_public", i->rsa_public);
	bind_blob(q, "rsa_private", rsa, rsa_len);
	bind_text(q, "ed25519_public", i->ed25519_public);
	bind_blob(q, "ed25519_private", ed, ed_len);
	return stmt_run(q);
}

int institution_db_text(struct tx *tx, int64_t id, const struct institution_text *text)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, TEXT);

	bind_int(q, "id", id);
	bind_text(q, "lang", text->lang);
	bind_text(q, "name", text->name);
	bind_text(q, "bio", text->bio);
	return stmt_run(q);
}

int institution_db_languages(struct tx *tx, int64_t id, const char *languages, int64_t now)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, LANGUAGES);

	bind_int(q, "id", id);
	bind_text(q, "languages", languages);
	bind_int(q, "now", now);
	return stmt_run(q);
}

/* 1 when the institution had it before. */
static int owns_handle(struct tx *tx, int64_t id, const char *handle)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, OWNED);

	bind_text(q, "handle", handle);
	bind_int(q, "id", id);
	return stmt_step(q);
}

static int add_handle(struct tx *tx, int64_t id, const char *handle)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, HANDLE);
	int rc;

	bind_text(q, "handle", handle);
	bind_int(q, "id", id);
	rc = stmt_run(q);
	if (rc == ERR_CONFLICT)
		return tx_fail(tx, rc,
			"the handle \"%s\" is taken, or was once: old addresses lead to their institution for ever",
			handle);
	return rc;
}

int institution_db_handle(struct tx *tx, int64_t id, const char *handle)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, RENAME);
	int rc = owns_handle(tx, id, handle);

	if (rc == 0)
		rc = add_handle(tx, id, handle);

	if (rc < 0)
		return rc;
	bind_int(q, "id", id);
	bind_text(q, "handle", handle);
	return stmt_run(q);
}

int institution_db_close(struct tx *tx, int64_t id, int64_t now)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, CLOSE);

	bind_int(q, "id", id);
	bind_int(q, "now", now);
	return stmt_run(q);
}

int institution_db_private(struct tx *tx, int64_t id, const void **ret, size_t *ret_len)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, PRIVATE);
	int rc;

	bind_int(q, "id", id);
	rc = stmt_step(q);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return tx_fail(tx, ERR_NOT_FOUND, "there is no such institution");
	*ret = col_blob(q, 0, ret_len);
	*ret = arena_copy(tx_arena(tx), *ret, *ret_len);
	return *ret ? 0 : tx_fail(tx, ERR_MEMORY, "not enough memory");
}

int institution_counts(struct tx *tx, int64_t *ret_institutions, int64_t *ret_posts)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, COUNTS);
	int rc = stmt_step(q);

	if (rc > 0) {
		*ret_institutions = col_int(q, 0);
		*ret_posts = col_int(q, 1);
	}
	return rc < 0 ? rc : 0;
}

static bool opens(const struct secret *secret, struct stmt *q, int column)
{
	AUTO(arena_freep) struct arena *a = arena_new(64 * KIB);
	size_t len, opened;
	const void *sealed = col_blob(q, column, &len);

	return a && secret_open(a, secret, sealed, len, &opened);
}

int institution_db_check_keys(struct tx *tx, const struct secret *secret)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, SEALED);
	int rc;

	while ((rc = stmt_step(q)) > 0)
		if (!opens(secret, q, 1) || !opens(secret, q, 2))
			return tx_fail(tx, ERR_INVALID,
				"the private key of %s cannot be opened: secret.key is not the one that sealed it",
				col_text(q, 0));
	return rc;
}
