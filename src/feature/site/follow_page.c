/* Ways to an institution from elsewhere: its QR code, and the reader's own server, where "follow"
 * can be pressed. */
#include <ctype.h>
#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "feature/site/find.h"
#include "feature/site/pages.h"
#include "feature/site/qr.h"
#include "feature/site/view.h"
#include "kit/fetch/fetch.h"

#define SUBSCRIBE    "http://ostatus.org/schema/1.0/subscribe"
#define ACCOUNT_MAX  200
#define ANSWER_MAX   (64 * KIB)
#define ASKS_AT_ONCE 30   /* anybody can make us ask any server: so many, */
#define ASKS_EVERY   1000 /* and one more each second (ms) */

struct following {
	struct site_page page;
	const char *handle;
	const char *given; /* what the reader typed; NULL: nothing yet */
	const char *user;  /* "" : the server alone was named */
	const char *host;
	bool moved;
	const struct institution *i;
	const char *wrong; /* key of what is wrong with it; NULL: nothing */
};

static int load(struct tx *tx, void *arg)
{
	struct following *f = arg;
	int rc = find_institution(tx, f->handle, &f->i, &f->moved);

	return rc < 0 ? rc : site_page_choose_in(tx, &f->page, f->i->languages);
}

static bool may_ask(void)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static int64_t spent_until; /* clock_steady() at which all asks are there again */
	int64_t now = clock_steady();
	bool may;

	pthread_mutex_lock(&lock);
	if (spent_until < now)
		spent_until = now;
	may = spent_until - now < (int64_t)ASKS_AT_ONCE * ASKS_EVERY;
	if (may)
		spent_until += ASKS_EVERY;
	pthread_mutex_unlock(&lock);
	return may;
}

static bool is_host(const char *s)
{
	size_t len = strlen(s);

	return len > 3 && len < ACCOUNT_MAX && s[0] != '.' && s[0] != '-' &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789.-:") == len && strchr(s, '.');
}

/* "@me@server", "me@server", "acct:me@server", "server", "https://server/@me". */
static bool parse_account(struct following *f)
{
	char *s = str_trim(f->page.arena, f->given), *at;

	if (!s || strlen(s) > ACCOUNT_MAX)
		return false;
	for (char *p = s; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	if (str_starts(s, "https://"))
		s += 8;
	else if (str_starts(s, "acct:"))
		s += 5;
	s += *s == '@';
	at = strchr(s, '/');
	if (at) {
		*at = 0;
		f->user = at[1] == '@' ? at + 2 : "";
		f->host = s;
	} else {
		at = strrchr(s, '@');
		f->user = at ? s : "";
		f->host = at ? at + 1 : s;
		if (at)
			*at = 0;
	}
	return is_host(f->host) && !strpbrk(f->user, " /?#&%@");
}

/* Servers of tests are at private addresses, without TLS. */
static const char *scheme(const struct following *f)
{
	return settings_bool(f->page.server->settings, "fetch", "allow_private") ? "http" : "https";
}

/* The template of a link, filled: "https://server/authorize_interaction?uri={uri}". NULL when the
 * document has none that leads to that server. */
static const char *fill(struct following *f, const json_t *document, const char *account)
{
	const char *start = arena_printf(f->page.arena, "%s://%s/", scheme(f), f->host), *hole;
	size_t i;
	json_t *link;

	json_array_foreach(json_object_get(document, "links"), i, link)
	{
		const char *template = json_str(link, "template");

		if (!str_eq(json_str(link, "rel"), SUBSCRIBE) || !template || !start ||
			!str_starts(template, start) || !(hole = strstr(template, "{uri}")))
			continue;
		return arena_printf(f->page.arena, "%.*s%s%s", (int)(hole - template), template,
			str_url_encode(f->page.arena, account, ""), hole + 5);
	}
	return NULL;
}

static const char *usual(struct following *f, const char *account)
{
	return arena_printf(f->page.arena, "%s://%s/authorize_interaction?uri=%s", scheme(f),
		f->host, str_url_encode(f->page.arena, account, ""));
}

/* Where the reader is led; NULL with f->wrong set. */
static int find_way(struct request *rq, struct following *f, const char **ret)
{
	const char *account =
		arena_printf(f->page.arena, "%s@%s", f->i->handle, f->page.server->account_domain);
	const char *url;
	struct fetched answer;
	json_t *document;
	int rc;

	*ret = *f->user ? NULL : usual(f, account);
	if (*ret)
		return 0;
	rc = ctx_may_wait(&rq->cx, f->host);
	if (rc < 0)
		return rc;
	if (!may_ask())
		return ctx_fail(&rq->cx, ERR_RATE, "too many ask for other servers just now");
	url = arena_printf(f->page.arena, "%s://%s/.well-known/webfinger?resource=acct:%s@%s",
		scheme(f), f->host, str_url_encode(f->page.arena, f->user, ""), f->host);
	if (!url)
		return ctx_fail(&rq->cx, ERR_MEMORY, "not enough memory");
	rc = fetch_get(&rq->cx, rq->cx.server->fetch, url, "application/jrd+json, application/json",
		ANSWER_MAX, NULL, NULL, &answer);
	if (rc < 0) {
		f->wrong =
			rc == ERR_NOT_FOUND || rc == ERR_GONE ? "follow_nobody" : "follow_silent";
		return 0;
	}
	document = json_keep(f->page.arena, json_loadb(answer.body, answer.len, 0, NULL));
	*ret = document ? fill(f, document, account) : NULL;
	if (!*ret)
		*ret = usual(f, account);
	return 0;
}

static const char *path_of(const struct following *f)
{
	return arena_printf(f->page.arena, "%s/follow", view_institution_path(&f->page, f->i));
}

static json_t *data_of(const struct following *f)
{
	const struct site_page *p = &f->page;
	const char *name = institution_text(f->i, p->lang)->name;
	json_t *data = site_page_data(p,
		arena_printf(p->arena, "%s — %s", site_text(p->language, "follow"), name),
		path_of(f));

	view_put_institution(p, data, f->i);
	site_put(data, "heading", site_text(p->language, "follow"));
	site_put(data, "given", f->given ? f->given : "");
	json_object_set_new(data, "is_wrong", json_boolean(f->wrong != NULL));
	if (f->wrong)
		site_put(data, "wrong", site_text(p->language, f->wrong));
	json_object_set_new(data, "noindex", json_true());
	return data;
}

int follow_get(struct request *rq)
{
	struct following f = {
		.handle = request_param(rq, "handle"), .given = request_param(rq, "at")};
	const char *way = NULL;
	int rc = site_page_begin(rq, &f.page);

	if (rc == 0)
		rc = db_read(&rq->cx, load, &f);
	if (rc < 0)
		return rc;
	if (f.moved || f.page.moved)
		return site_page_redirect(&f.page, path_of(&f));
	if (f.given && !parse_account(&f))
		f.wrong = "follow_unreadable";
	else if (f.given)
		rc = find_way(rq, &f, &way);
	if (rc < 0)
		return rc;
	if (!way)
		return site_page_reply(&f.page, 200, "follow_page.html", data_of(&f));
	reply_redirect(rq, 303, way);
	return 0;
}

int qr_get(struct request *rq)
{
	AUTO(buf_done) struct buf out = BUF(256 * KIB);
	struct following f = {.handle = request_param(rq, "handle")};
	int rc = site_page_begin(rq, &f.page);
	const char *url;

	if (rc == 0)
		rc = db_read(&rq->cx, load, &f);
	if (rc < 0)
		return rc;
	url = institution_page(rq->cx.arena, rq->cx.server, f.i->handle);
	rc = url ? qr_svg(url, &out, &rq->cx.err)
		 : ctx_fail(&rq->cx, ERR_MEMORY, "not enough memory");
	if (rc < 0)
		return rc;
	reply_cache(rq, "public, max-age=3600");
	reply_text(rq, 200, "image/svg+xml", buf_text(&out));
	return 0;
}
