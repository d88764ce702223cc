/* The store's own address, looked at as another server would: name, certificate, clock, account. */
#include "app/check.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

#include <arpa/inet.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "feature/fediverse/vocabulary.h"

#define REDIRECTS_MAX  3
#define ADDRESSES_MAX  8
#define CLOCK_WARNING  (10 * SECOND)
#define CLOCK_WRONG    (5 * MINUTE)
#define TLS_WARNING    14 /* days: who renews by itself does so earlier */
#define TLS_WRONG      2
#define ACTIVITY       "application/activity+json"
#define WEBFINGER_PATH "/.well-known/webfinger?resource="

/* The host without port and brackets, in the arena. */
static char *bare_host(struct arena *a, const char *host)
{
	const char *end = strrchr(host, ':');

	if (*host == '[')
		return arena_copy(a, host + 1, strcspn(host, "]") - 1);
	return arena_copy(a, host, end ? (size_t)(end - host) : strlen(host));
}

static bool is_loopback(const struct server *s)
{
	return str_starts(s->origin, "http://"); /* which is taken for loopback addresses alone */
}

static void add_address(struct arena *a, const struct addrinfo *i, const char **list, bool *private)
{
	const void *p = i->ai_family == AF_INET6
				? (const void *)&((struct sockaddr_in6 *)i->ai_addr)->sin6_addr
				: (const void *)&((struct sockaddr_in *)i->ai_addr)->sin_addr;
	char text[INET6_ADDRSTRLEN];

	if (!inet_ntop(i->ai_family, p, text, sizeof text))
		return;
	*list = arena_printf(a, "%s%s%s", *list, **list ? ", " : "", text);
	*private = *private || !fetch_address_allowed(i->ai_addr, false);
}

static void check_dns(struct findings *f, const struct server *s, const char *host)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
	struct addrinfo *found = NULL;
	const char *list = "", *fixed = settings_text(s->settings, "fetch", "resolve");
	bool private = false;
	int rc, count = 0;

	if (str_starts(fixed, arena_printf(f->arena, "%s:", host)) ||
		strstr(fixed, arena_printf(f->arena, " %s:", host))) {
		finding_add(f, "dns", GRADE_WARNING,
			"%.253s was not asked for: [fetch] resolve, which is for tests, says where it is",
			host);
		return;
	}
	rc = getaddrinfo(host, NULL, &hints, &found);
	for (const struct addrinfo *i = found; i && count < ADDRESSES_MAX; i = i->ai_next, count++)
		add_address(f->arena, i, &list, &private);
	if (found)
		freeaddrinfo(found);
	if (rc != 0)
		finding_add(f, "dns", GRADE_WRONG,
			"%.253s has no address (%s): add A and AAAA records for it", host,
			gai_strerror(rc));
	else if (private && !is_loopback(s))
		finding_add(f, "dns", GRADE_WARNING,
			"%.253s is %s seen from this machine: see that others get a public address",
			host, list);
	else
		finding_add(f, "dns", GRADE_OK, "%.253s is %s", host, list);
}

void check_certificate(struct findings *f, const char *host, int64_t left_ms)
{
	long long days = (long long)(left_ms / DAY);
	enum grade grade = days < TLS_WRONG     ? GRADE_WRONG
			   : days < TLS_WARNING ? GRADE_WARNING
						: GRADE_OK;

	finding_add(f, "tls", grade, "the certificate of %.253s is good for %lld days%s", host,
		days,
		grade == GRADE_OK ? "" : ": renew it, and see why that did not happen by itself");
}

void check_clock(struct findings *f, int64_t date, int64_t before, int64_t after)
{
	/* Date has whole seconds, and speaks of some moment between the two. */
	int64_t off = date + SECOND < before  ? before - date
		      : date > after + SECOND ? date - after
					      : 0;

	if (date < 0)
		finding_add(f, "clock", GRADE_WARNING,
			"the answer of the own address bears no Date: let the proxy pass it on");
	else if (off >= CLOCK_WARNING)
		finding_add(f, "clock", off >= CLOCK_WRONG ? GRADE_WRONG : GRADE_WARNING,
			"this machine is %lld s %s what the own address says: set the clock (timedatectl, chrony)",
			(long long)(off / SECOND), date > after ? "behind" : "before");
	else
		finding_add(f, "clock", GRADE_OK, "the clock goes as that of the own address");
}

static int ask(struct ctx *cx, const char *url, struct probed *ret)
{
	const struct settings *st = cx->server->settings;
	const struct fetch_options options = {.ca_file = settings_text(st, "fetch", "ca_file"),
		.resolve = settings_text(st, "fetch", "resolve"),
		.user_agent = arena_printf(
			cx->arena, "chorsu/%s (+%s/)", CHORSU_VERSION, cx->server->origin)};
	int rc = fetch_probe(cx, &options, url, "application/jrd+json", ret);

	for (int hops = 0; rc == 0 && *ret->location && hops < REDIRECTS_MAX; hops++)
		rc = fetch_probe(cx, &options, ret->location, "application/jrd+json", ret);
	return rc;
}

/* Does the document name the actor as its own? */
static bool names_actor(const struct probed *p, const char *subject, const char *actor)
{
	AUTO(json_unref) json_t *document = NULL;
	const json_t *link;
	size_t i;

	if (json_parse(p->body, strlen(p->body), NULL, &document) < 0)
		return false;
	if (!json_str(document, "subject") || !str_eq(json_str(document, "subject"), subject))
		return false;
	json_array_foreach(json_object_get(document, "links"), i, link)
	{
		const char *rel = json_str(link, "rel"), *type = json_str(link, "type"),
			   *href = json_str(link, "href");

		if (rel && type && href && str_eq(rel, "self") && str_eq(type, ACTIVITY) &&
			str_eq(href, actor))
			return true;
	}
	return false;
}

static void judge_account(
	struct findings *f, const struct probed *p, const char *account, const char *actor)
{
	if (p->status != 200)
		finding_add(f, "webfinger", GRADE_WRONG,
			"asked for %.300s the own address answers %d: let the proxy pass /.well-known/webfinger on",
			account, p->status);
	else if (!names_actor(p, arena_printf(f->arena, "acct:%s", account), actor))
		finding_add(f, "webfinger", GRADE_WRONG,
			"asked for %.300s the own address names another account: see where the proxy leads",
			account);
	else
		finding_add(f, "webfinger", GRADE_OK, "others find %.300s", account);
}

/* The account's domain is asked, as others do; it may redirect to the host of the pages. */
void check_outside(struct findings *f, struct ctx *cx, const char *handle, const char *actor)
{
	const struct server *s = cx->server;
	const char *domain = handle ? s->account_domain : s->host;
	const char *account = arena_printf(f->arena, "%s@%s", handle ? handle : s->host, domain);
	const char *url = arena_printf(f->arena, "%s%s%sacct:%s",
		str_eq(domain, s->host) ? s->origin : "https://",
		str_eq(domain, s->host) ? "" : domain, WEBFINGER_PATH, account);
	struct probed p;

	check_dns(f, s, bare_host(f->arena, s->host));
	if (!url || ask(cx, url, &p) < 0) {
		finding_add(f, "webfinger", GRADE_WRONG,
			"%.300s does not answer (%.150s): see that the proxy runs and leads here",
			s->origin, err_text(&cx->err));
		return;
	}
	if (p.certificate_end >= 0)
		check_certificate(f, s->host, p.certificate_end - clock_now());
	check_clock(f, p.date, p.before, p.after);
	judge_account(f, &p, account, actor ? actor : instance_actor_url(f->arena, s));
}
