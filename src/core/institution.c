/* Rules of institutions, their addresses, and the cache of their opened keys. */
#include "core/institution.h"

#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/str.h"
#include "core/audit.h"
#include "core/limits.h"
#include "core/media.h"
#include "core/nudge.h"
#include "core/outbox.h"
#include "core/reader.h"

int handle_check(const char *handle, struct err *err)
{
	size_t len = strspn(handle, "abcdefghijklmnopqrstuvwxyz0123456789_");

	if (!*handle || handle[len] || len > HANDLE_MAX || strspn(handle, "0123456789") == len)
		return err_set(err, ERR_INVALID,
			"\"%.60s\" cannot be a handle: 1 to %d lower-case Latin letters, digits and _, not only digits",
			handle, HANDLE_MAX);
	return 0;
}

static bool same_language(const char *a, const char *b)
{
	size_t n = strcspn(a, "-");

	return n == strcspn(b, "-") && !strncmp(a, b, n);
}

const struct institution_text *institution_text(const struct institution *i, const char *lang)
{
	static const struct institution_text NONE = {"en", "", "", "", "", ""};

	for (const struct institution_text *t = i->texts; t->lang; t++)
		if (str_eq(t->lang, lang))
			return t;
	for (const struct institution_text *t = i->texts; t->lang; t++)
		if (same_language(t->lang, lang))
			return t;
	return i->texts->lang ? i->texts : &NONE;
}

char *institution_actor(struct arena *a, const struct server *s, int64_t id)
{
	return arena_printf(a, "%s/actor/%lld", s->origin, (long long)id);
}

char *institution_page(struct arena *a, const struct server *s, const char *handle)
{
	return arena_printf(a, "%s/@%s", s->origin, handle);
}

static int check_text(struct ctx *cx, const char *what, const char *s, size_t max, bool one_line)
{
	if (!str_is_text(s, strlen(s)) || (one_line && strchr(s, '\n')))
		return ctx_fail(cx, ERR_INVALID,
			"the %s must be UTF-8 text%s without control characters", what,
			one_line ? " of one line" : "");
	if (str_utf8_count(s) > max)
		return ctx_fail(
			cx, ERR_TOO_LARGE, "the %s is too long: at most %zu characters", what, max);
	return 0;
}

static int check_email(struct ctx *cx, const char *s)
{
	static const char LETTERS[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-";
	size_t local = strspn(s, LETTERS);
	const char *domain = s + local + 1;

	if (local == 0 || s[local] != '@' || !strchr(domain, '.') || *domain == '.' ||
		strspn(domain, LETTERS) != strlen(domain) || strlen(s) > EMAIL_MAX)
		return ctx_fail(cx, ERR_INVALID, "\"%.60s\" is no e-mail address", s);
	return 0;
}

static int check_website(struct ctx *cx, const char *s)
{
	const char *rest = str_starts(s, "https://")  ? s + 8
			   : str_starts(s, "http://") ? s + 7
						      : NULL;

	if (!rest || !*rest || *rest == '/' || strlen(s) > WEBSITE_MAX ||
		!str_is_text(s, strlen(s)) || strpbrk(s, " \t\n\"<>"))
		return ctx_fail(cx, ERR_INVALID,
			"\"%.200s\" is no address of a site: it must begin with https:// and hold no spaces",
			s);
	return 0;
}

static int check_texts(struct ctx *cx, const struct institution_text *t)
{
	int rc = 0;

	for (int n = 0; rc == 0 && t->lang; t++, n++) {
		if (n == VARIANTS_MAX)
			return ctx_fail(cx, ERR_TOO_LARGE,
				"an institution has names in at most %d languages", VARIANTS_MAX);
		if (t->name && !*t->name)
			return ctx_fail(cx, ERR_INVALID, "the name in %s is empty", t->lang);
		if (t->name)
			rc = check_text(cx, "name", t->name, NAME_MAX_CHARS, true);
		if (rc == 0 && t->bio)
			rc = check_text(cx, "description", t->bio, BIO_MAX_CHARS, false);
		if (rc == 0 && t->services)
			rc = check_text(cx, "list of services", t->services, BIO_MAX_CHARS, false);
		if (rc == 0 && t->hours)
			rc = check_text(cx, "opening hours", t->hours, HOURS_MAX_CHARS, false);
		if (rc == 0 && t->address)
			rc = check_text(cx, "postal address", t->address, ADDRESS_MAX_CHARS, false);
	}
	return rc;
}

static int check_contacts(struct ctx *cx, const struct institution_change *c)
{
	int rc = 0;

	if (c->phone && *c->phone &&
		(strspn(c->phone, "+0123456789 ()-") != strlen(c->phone) || strlen(c->phone) > 40))
		return ctx_fail(cx, ERR_INVALID,
			"\"%.60s\" is no telephone number: digits, +, -, spaces and brackets, at most 40",
			c->phone);
	if (c->email && *c->email)
		rc = check_email(cx, c->email);
	if (rc == 0 && c->website && *c->website)
		rc = check_website(cx, c->website);
	return rc;
}

struct adding {
	struct institution_change *change;
	struct institution row;
	const unsigned char *rsa, *ed;
	size_t rsa_len, ed_len;
};

static int save_texts(struct tx *tx, int64_t id, const struct institution_text *texts,
	const struct institution *old)
{
	int rc = 0;

	for (const struct institution_text *t = texts; rc == 0 && t->lang; t++) {
		struct institution_text merged = *t;

		for (const struct institution_text *o = old ? old->texts : NULL; o && o->lang;
			o++) {
			if (!str_eq(o->lang, t->lang))
				continue;
			merged.name = t->name ? t->name : o->name;
			merged.bio = t->bio ? t->bio : o->bio;
			merged.services = t->services ? t->services : o->services;
			merged.hours = t->hours ? t->hours : o->hours;
			merged.address = t->address ? t->address : o->address;
		}
		if (!merged.name)
			return tx_fail(tx, ERR_INVALID,
				"there is no name in %s: give --name %s=TEXT too", t->lang,
				t->lang);
		merged.bio = merged.bio ? merged.bio : "";
		merged.services = merged.services ? merged.services : "";
		merged.hours = merged.hours ? merged.hours : "";
		merged.address = merged.address ? merged.address : "";
		rc = institution_db_text(tx, id, &merged);
	}
	return rc;
}

static int save_picture(struct tx *tx, const struct institution *i, const struct media *m,
	const struct media **place)
{
	if (!m)
		return 0;
	*place = m;
	return media_insert(tx, i->id, i->texts ? i->texts->lang : "", m);
}

/* old as it stands; what the change leaves out stays. Another official site has not been looked at.
 */
static int save_contacts(
	struct tx *tx, const struct institution_change *c, const struct institution *old)
{
	struct institution now = *old;
	int rc;

	now.phone = c->phone ? c->phone : old->phone;
	now.email = c->email ? c->email : old->email;
	if (c->website && !str_eq(c->website, old->website)) {
		now.website = c->website;
		now.website_state = WEBSITE_UNSEEN;
		now.website_at = 0;
	}
	rc = save_picture(tx, old, c->avatar, &now.avatar);
	if (rc == 0)
		rc = save_picture(tx, old, c->header, &now.header);
	return rc < 0 ? rc : institution_db_contacts(tx, &now);
}

static int add(struct tx *tx, void *arg)
{
	struct adding *job = arg;
	int rc = institution_db_insert(tx, &job->row, job->rsa, job->rsa_len, job->ed, job->ed_len);

	if (rc == ERR_CONFLICT)
		rc = tx_fail(tx, rc, "the handle \"%s\" is taken", job->row.handle);
	if (rc == 0)
		rc = institution_db_handle(tx, job->row.id, job->row.handle);
	if (rc == 0)
		rc = save_texts(tx, job->row.id, job->change->texts, NULL);
	if (rc == 0)
		rc = save_contacts(tx, job->change, &job->row);
	if (rc == 0)
		rc = reader_add_locals(tx, job->change->server, job->row.id);
	if (rc == 0)
		rc = audit_append(
			tx, job->change->who, "institution.add", job->row.id, 0, job->row.handle);
	if (rc == 0)
		rc = institution_load(tx, job->row.id, &job->change->institution);
	return rc;
}

static int make_key(struct ctx *cx, enum key_kind kind, const char **ret_public,
	const unsigned char **ret_sealed, size_t *ret_len)
{
	AUTO(key_freep) struct key *key = NULL;
	int rc = key_generate(kind, &cx->err, &key);
	char *private;

	if (rc < 0)
		return rc;
	*ret_public = key_public_pem(cx->arena, key);
	private = key_private_pem(cx->arena, key);
	if (!private || !*ret_public)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	*ret_sealed = secret_seal(cx->arena, cx->server->secret, private, strlen(private), ret_len);
	return *ret_sealed ? 0 : ctx_fail(cx, ERR_MEMORY, "not enough memory");
}

static const char *language_list(
	struct arena *a, const char *start, const struct institution_text *texts)
{
	char *list = arena_strdup(a, start);

	for (; list && texts->lang; texts++) {
		char *found = strstr(list, texts->lang);
		size_t n = strlen(texts->lang);

		while (found &&
			((found > list && found[-1] != ' ') || (found[n] && found[n] != ' ')))
			found = strstr(found + 1, texts->lang);
		if (!found)
			list = arena_printf(a, "%s%s%s", list, *list ? " " : "", texts->lang);
	}
	return list;
}

int institution_add(struct ctx *cx, struct institution_change *change)
{
	struct adding job = {.change = change};
	int rc = handle_check(change->handle, &cx->err);

	change->server = cx->server;
	if (rc == 0 && !change->texts[0].lang)
		rc = ctx_fail(
			cx, ERR_INVALID, "an institution needs a name: give --name LANG=TEXT");
	if (rc == 0)
		rc = check_texts(cx, change->texts);
	if (rc == 0)
		rc = check_contacts(cx, change);
	if (rc == 0)
		rc = make_key(cx, KEY_RSA, &job.row.rsa_public, &job.rsa, &job.rsa_len);
	if (rc == 0)
		rc = make_key(cx, KEY_ED25519, &job.row.ed25519_public, &job.ed, &job.ed_len);
	if (rc < 0)
		return rc;
	job.row.id = id_new();
	job.row.handle = change->handle;
	job.row.languages = language_list(cx->arena, "", change->texts);
	job.row.created_at = clock_now();
	job.row.phone = job.row.email = job.row.website = "";
	rc = db_write(cx, add, &job);
	if (rc < 0)
		return rc;
	change->id = job.row.id;
	nudge_institution(cx, change->id);
	return 0;
}

static int set(struct tx *tx, void *arg)
{
	struct institution_change *change = arg;
	struct entry entry = {.audience = "public", .kind = "profile", .at = clock_now()};
	const struct institution *i;
	int rc = institution_find(tx, change->handle, &i);

	if (rc == 0 && i->closed)
		rc = tx_fail(tx, ERR_GONE, "the institution \"%s\" is closed", i->handle);
	if (rc < 0)
		return rc;
	change->id = entry.institution = i->id;
	rc = save_texts(tx, i->id, change->texts, i);
	if (rc == 0)
		rc = save_contacts(tx, change, i);
	if (rc == 0 && change->new_handle && !str_eq(change->new_handle, i->handle))
		rc = institution_db_handle(tx, i->id, change->new_handle);
	if (rc == 0)
		rc = institution_db_languages(tx, i->id,
			language_list(tx_arena(tx), i->languages, change->texts), entry.at);
	if (rc == 0)
		rc = audit_append(tx, change->who, "institution.set", i->id, 0, change->new_handle);
	if (rc == 0)
		rc = outbox_append(tx, &entry);
	if (rc == 0)
		rc = institution_load(tx, i->id, &change->institution);
	return rc;
}

static bool is_empty(const struct institution_change *c)
{
	return !c->texts[0].lang && !c->new_handle && !c->phone && !c->email && !c->website &&
	       !c->avatar && !c->header;
}

int institution_set(struct ctx *cx, struct institution_change *change)
{
	int rc = change->new_handle ? handle_check(change->new_handle, &cx->err) : 0;

	change->server = cx->server;
	if (rc == 0)
		rc = check_texts(cx, change->texts);
	if (rc == 0)
		rc = check_contacts(cx, change);
	if (rc == 0 && is_empty(change))
		rc = ctx_fail(cx, ERR_INVALID,
			"nothing to change: give --name, --bio, --phone or another option");
	if (rc == 0)
		rc = db_write(cx, set, change);
	if (rc == 0)
		nudge_institution(cx, change->id);
	return rc;
}

static int close_institution(struct tx *tx, void *arg)
{
	struct institution_change *change = arg;
	const struct institution *i;
	int rc = institution_find(tx, change->handle, &i);

	if (rc == 0 && i->closed)
		rc = tx_fail(
			tx, ERR_CONFLICT, "the institution \"%s\" is closed already", i->handle);
	if (rc < 0)
		return rc;
	change->id = i->id;
	rc = institution_db_close(tx, i->id, clock_now());
	if (rc == 0)
		rc = audit_append(tx, change->who, "institution.close", i->id, 0, "");
	if (rc == 0)
		rc = institution_load(tx, i->id, &change->institution);
	return rc;
}

int institution_close(struct ctx *cx, struct institution_change *change)
{
	int rc = db_write(cx, close_institution, change);

	if (rc == 0)
		nudge_institution(cx, change->id);
	return rc;
}

/* Keys, in a growing array sorted by nothing: institutions number in the hundreds. */
struct key_cache {
	pthread_mutex_t lock;
	struct cached {
		int64_t institution;
		struct key *key;
	} * items;
	size_t count, room;
};

struct key_cache *key_cache_new(void)
{
	struct key_cache *c = calloc(1, sizeof(*c));

	if (c)
		pthread_mutex_init(&c->lock, NULL);
	return c;
}

void key_cache_free(struct key_cache *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->count; i++)
		key_free(c->items[i].key);
	free(c->items);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

static struct key *cached_key(struct key_cache *c, int64_t institution)
{
	struct key *found = NULL;

	pthread_mutex_lock(&c->lock);
	for (size_t i = 0; !found && i < c->count; i++)
		if (c->items[i].institution == institution)
			found = key_ref(c->items[i].key);
	pthread_mutex_unlock(&c->lock);
	return found;
}

static void keep_key(struct key_cache *c, int64_t institution, struct key *key)
{
	pthread_mutex_lock(&c->lock);
	if (c->count == c->room) {
		size_t room = c->room ? c->room * 2 : 16;
		struct cached *items = reallocarray(c->items, room, sizeof(*items));

		if (items) {
			c->items = items;
			c->room = room;
		}
	}
	if (c->count < c->room)
		c->items[c->count++] = (struct cached){institution, key_ref(key)};
	pthread_mutex_unlock(&c->lock);
}

struct loading {
	int64_t institution;
	const void *sealed;
	size_t len;
};

static int load_private(struct tx *tx, void *arg)
{
	struct loading *job = arg;

	return institution_db_private(tx, job->institution, &job->sealed, &job->len);
}

int key_cache_get(struct ctx *cx, int64_t institution, struct key **ret)
{
	struct loading job = {.institution = institution};
	struct key *key = cached_key(cx->server->keys, institution);
	size_t len;
	char *pem;
	int rc;

	if (key) {
		*ret = key;
		return 0;
	}
	rc = db_read(cx, load_private, &job);
	if (rc < 0)
		return rc;
	pem = secret_open(cx->arena, cx->server->secret, job.sealed, job.len, &len);
	if (!pem)
		return ctx_fail(cx, ERR_INTERNAL,
			"the private key of institution %lld cannot be opened: secret.key is not the one that sealed it",
			(long long)institution);
	rc = key_from_private_pem(pem, len, &cx->err, &key);
	explicit_bzero(pem, len);
	if (rc < 0)
		return rc;
	keep_key(cx->server->keys, institution, key);
	*ret = key;
	return 0;
}
