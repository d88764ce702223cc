/* SQL of institutions. Rules are in institution.c. */
#include "core/institution.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "core/media.h"

#define COLUMNS                                                                                           \
	"i.id, i.handle, i.languages, i.state, i.head, i.version, i.unsure, i.created_at, i.updated_at, " \
	"i.rsa_public, i.ed25519_public, i.phone, i.email, i.website, i.website_state, i.website_at, i.avatar, i.header"

static const char BY_ID[] = "SELECT " COLUMNS " FROM institution i WHERE i.id = $id";
static const char BY_HANDLE[] =
	"SELECT " COLUMNS " FROM handle h JOIN institution i ON i.id = h.institution"
	" WHERE h.handle = $handle";
static const char LIST[] = "SELECT " COLUMNS " FROM institution i WHERE i.handle > $after"
			   " ORDER BY i.handle LIMIT $limit";
static const char TEXTS[] =
	"SELECT lang, name, bio, services, hours, address FROM institution_text WHERE institution = $id ORDER BY lang";
static const char INSERT[] =
	"INSERT INTO institution (id, handle, languages, state, head, version, unsure, created_at, updated_at, rsa_public,"
	" rsa_private, ed25519_public, ed25519_private) VALUES ($id, $handle, $languages, 'open', 0, 1, 0, $now, $now,"
	" $rsa_public, $rsa_private, $ed25519_public, $ed25519_private)";
static const char TEXT[] =
	"INSERT INTO institution_text (institution, lang, name, bio, services, hours, address)"
	" VALUES ($id, $lang, $name, $bio, $services, $hours, $address)"
	" ON CONFLICT (institution, lang) DO UPDATE SET name = excluded.name, bio = excluded.bio, services = excluded.services,"
	" hours = excluded.hours, address = excluded.address";
static const char CONTACTS[] =
	"UPDATE institution SET phone = $phone, email = $email, website = $website, website_state = $state,"
	" website_at = $at, avatar = $avatar, header = $header WHERE id = $id";
static const char WEBSITE[] =
	"UPDATE institution SET website_at = $now, version = CASE WHEN website_state <> $state THEN version + 1 ELSE version END,"
	" website_state = $state WHERE id = $id";
static const char WEBSITE_DUE[] =
	"SELECT " COLUMNS
	" FROM institution i WHERE i.website <> '' AND i.state = 'open' AND i.website_at < $before"
	" ORDER BY i.website_at LIMIT 1";
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
		struct institution_text t = {col_strdup(q, 0), col_strdup(q, 1), col_strdup(q, 2),
			col_strdup(q, 3), col_strdup(q, 4), col_strdup(q, 5)};
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

static const char *const WEBSITE_STATES[] = {"", "verified", "unlinked", "failed"};

static enum website_state website_state(const char *text)
{
	for (size_t k = 0; k < LENGTH(WEBSITE_STATES); k++)
		if (str_eq(WEBSITE_STATES[k], text))
			return (enum website_state)k;
	return WEBSITE_UNSEEN;
}

static void read_row(struct stmt *q, struct institution *i, int64_t *avatar, int64_t *header)
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
	i->phone = col_strdup(q, 11);
	i->email = col_strdup(q, 12);
	i->website = col_strdup(q, 13);
	i->website_state = website_state(col_text(q, 14));
	i->website_at = col_int(q, 15);
	*avatar = col_int(q, 16);
	*header = col_int(q, 17);
}

static int load_rest(struct tx *tx, struct institution *i, int64_t avatar, int64_t header)
{
	int rc = load_texts(tx, i);

	if (rc == 0 && avatar)
		rc = media_load(tx, avatar, &i->avatar);
	if (rc == 0 && header)
		rc = media_load(tx, header, &i->header);
	return rc;
}

static int load_one(struct tx *tx, struct stmt *q, const struct institution **ret)
{
	struct institution *i = arena_alloc(tx_arena(tx), sizeof(*i));
	int64_t avatar, header;
	int rc = stmt_step(q);

	if (rc < 0)
		return rc;
	if (rc == 0)
		return tx_fail(tx, ERR_NOT_FOUND, "there is no such institution");
	if (!i)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	read_row(q, i, &avatar, &header);
	rc = load_rest(tx, i, avatar, header);
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
	int64_t *pictures = arena_array(tx_arena(tx), (size_t)limit * 2, sizeof(*pictures));
	int n = 0, rc;

	if (!list || !pictures)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	bind_text(q, "after", after);
	bind_int(q, "limit", limit);
	for (; (rc = stmt_step(q)) > 0; n++)
		read_row(q, &list[n], &pictures[2 * n], &pictures[2 * n + 1]);
	for (int k = 0; rc == 0 && k < n; k++)
		rc = load_rest(tx, &list[k], pictures[2 * k], pictures[2 * k + 1]);
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
	bind_text(q, "services", text->services);
	bind_text(q, "hours", text->hours);
	bind_text(q, "address", text->address);
	return stmt_run(q);
}

int institution_db_contacts(struct tx *tx, const struct institution *i)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, CONTACTS);

	bind_int(q, "id", i->id);
	bind_text(q, "phone", i->phone);
	bind_text(q, "email", i->email);
	bind_text(q, "website", i->website);
	bind_text(q, "state", WEBSITE_STATES[i->website_state]);
	bind_int(q, "at", i->website_at);
	bind_int(q, "avatar", i->avatar ? i->avatar->id : 0);
	bind_int(q, "header", i->header ? i->header->id : 0);
	return stmt_run(q);
}

int institution_db_website(struct tx *tx, int64_t id, enum website_state state, int64_t now)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, WEBSITE);

	bind_int(q, "id", id);
	bind_text(q, "state", WEBSITE_STATES[state]);
	bind_int(q, "now", now);
	return stmt_run(q);
}

int institution_website_due(struct tx *tx, int64_t before, const struct institution **ret)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, WEBSITE_DUE);

	bind_int(q, "before", before);
	return load_one(tx, q, ret);
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
