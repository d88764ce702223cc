/* One question to the store's own address, on an easy handle of its own: what the certificate, the
 * clock of the other side and the address say is kept, which a loop has no use for. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/str.h"
#include "kit/fetch/loop.h"
#include "kit/fetch/url.h"

#define TOTAL_MS   15000L
#define CONNECT_MS 8000L
#define BODY_MAX   (256 * KIB)

struct probing {
	CURL *easy;
	struct curl_slist *headers;
	struct curl_slist resolve;
	struct names *fixed;
	struct buf body;
	size_t head_bytes;
	int64_t date;
	char detail[CURL_ERROR_SIZE];
};

/* Fixed places, the day padded with a space. */
int64_t probe_certificate_date(const char *text)
{
	static const char MONTHS[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char month[4] = "", rfc3339[32];
	const char *at;

	if (strlen(text) != 24 || !str_eq(text + 20, " GMT"))
		return -1;
	memcpy(month, text, 3);
	at = strstr(MONTHS, month);
	if (!at || (at - MONTHS) % 3 != 0 || text[3] != ' ' || text[6] != ' ' || text[15] != ' ')
		return -1;
	snprintf(rfc3339, sizeof rfc3339, "%.4s-%02d-%c%cT%.8sZ", text + 16,
		(int)(at - MONTHS) / 3 + 1, text[4] == ' ' ? '0' : text[4], text[5], text + 7);
	return clock_parse_rfc3339(rfc3339);
}

static size_t take_head(char *line, size_t one, size_t len, void *p)
{
	struct probing *g = p;
	char text[64];
	size_t n = 0;

	(void)one;
	g->head_bytes += len;
	if (g->head_bytes > ANSWER_HEAD_MAX)
		return 0;
	if (len < 6 || strncasecmp(line, "Date:", 5) != 0)
		return len;
	for (size_t i = 5; i < len && n + 1 < sizeof text; i++)
		if (line[i] != '\r' && line[i] != '\n' && (n || line[i] != ' '))
			text[n++] = line[i];
	text[n] = '\0';
	g->date = clock_parse_http_date(text);
	return len;
}

static size_t take_body(char *bytes, size_t one, size_t len, void *p)
{
	struct probing *g = p;

	(void)one;
	buf_add(&g->body, bytes, len);
	return g->body.failed ? 0 : len;
}

static bool set_handle(
	struct probing *g, const struct fetch_options *o, const char *url, const struct url *u)
{
	CURL *e = g->easy;
	bool bad = false;

	g->resolve.data = names_find(g->fixed, u->host, u->port);
	bad |= curl_easy_setopt(e, CURLOPT_URL, url);
	bad |= curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, u->tls ? "https" : "http");
	bad |= curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	bad |= curl_easy_setopt(e, CURLOPT_PROXY, "");
	bad |= curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	bad |= curl_easy_setopt(e, CURLOPT_HTTP09_ALLOWED, 0L);
	bad |= curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	bad |= curl_easy_setopt(e, CURLOPT_CERTINFO, 1L);
	bad |= curl_easy_setopt(e, CURLOPT_USERAGENT, o->user_agent ? o->user_agent : "chorsu");
	bad |= curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	bad |= curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, TOTAL_MS);
	bad |= curl_easy_setopt(e, CURLOPT_ERRORBUFFER, g->detail);
	bad |= curl_easy_setopt(e, CURLOPT_HTTPHEADER, g->headers);
	bad |= curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, take_head);
	bad |= curl_easy_setopt(e, CURLOPT_HEADERDATA, g);
	bad |= curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take_body);
	bad |= curl_easy_setopt(e, CURLOPT_WRITEDATA, g);
	if (o->ca_file && *o->ca_file) {
		bad |= curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
		bad |= curl_easy_setopt(e, CURLOPT_CAINFO, o->ca_file);
	}
	if (g->resolve.data)
		bad |= curl_easy_setopt(e, CURLOPT_RESOLVE, &g->resolve);
	return !bad;
}

static int explain(struct ctx *cx, const struct probing *g, CURLcode code)
{
	const char *why = g->detail[0] ? g->detail : curl_easy_strerror(code);
	long os_errno = 0;

	curl_easy_getinfo(g->easy, CURLINFO_OS_ERRNO, &os_errno);

	if (g->body.failed || g->head_bytes > ANSWER_HEAD_MAX)
		return ctx_fail(cx, ERR_TOO_LARGE, "the answer is too large");
	if (code == CURLE_OPERATION_TIMEDOUT)
		return ctx_fail(cx, ERR_TIMEOUT, "no answer within %ld s", TOTAL_MS / 1000);
	if (code == CURLE_COULDNT_RESOLVE_HOST)
		return ctx_fail(cx, ERR_NETWORK, "there is no such host name");
	if (code == CURLE_COULDNT_CONNECT && os_errno)
		return ctx_fail(cx, ERR_NETWORK, "no connection: %s", strerror((int)os_errno));
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		return ctx_fail(cx, ERR_NETWORK, "its certificate is not accepted: %s", why);
	return ctx_fail(cx, ERR_NETWORK, "%s", why);
}

static int64_t certificate_end(CURL *easy)
{
	struct curl_certinfo *info = NULL;

	if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &info) != CURLE_OK || !info ||
		info->num_of_certs < 1)
		return -1;
	for (struct curl_slist *s = info->certinfo[0]; s; s = s->next)
		if (str_starts(s->data, "Expire date:"))
			return probe_certificate_date(s->data + strlen("Expire date:"));
	return -1;
}

static int tell(struct ctx *cx, struct probing *g, struct probed *ret)
{
	char *address = NULL, *type = NULL, *location = NULL;
	long status = 0;

	curl_easy_getinfo(g->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(g->easy, CURLINFO_CONTENT_TYPE, &type);
	curl_easy_getinfo(g->easy, CURLINFO_PRIMARY_IP, &address);
	if (status >= 300 && status < 400)
		curl_easy_getinfo(g->easy, CURLINFO_REDIRECT_URL, &location);
	ret->status = (int)status;
	ret->type = arena_strdup(cx->arena, type ? type : "");
	ret->body = arena_copy(cx->arena, buf_text(&g->body), g->body.len);
	ret->server = arena_strdup(cx->arena, address ? address : "");
	ret->location = arena_strdup(cx->arena, location ? location : "");
	if (!ret->type || !ret->body || !ret->server || !ret->location)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	ret->date = g->date;
	ret->certificate_end = certificate_end(g->easy);
	return 0;
}

static int ask(struct ctx *cx, struct probing *g, const struct fetch_options *o, const char *url,
	const char *accept, struct probed *ret)
{
	struct url u = {0};
	CURLcode code;
	int rc = names_new(o->resolve ? o->resolve : "", &cx->err, &g->fixed);

	if (rc == 0)
		rc = url_parse(url, true, &cx->err, &u);
	if (rc < 0)
		return rc;
	g->easy = curl_easy_init();
	g->headers = curl_slist_append(NULL, arena_printf(cx->arena, "Accept: %s", accept));
	if (!g->easy || !g->headers || !set_handle(g, o, url, &u))
		return ctx_fail(cx, ERR_MEMORY, "no memory for a request");
	ret->before = clock_now();
	code = curl_easy_perform(g->easy);
	ret->after = clock_now();
	return code == CURLE_OK ? tell(cx, g, ret) : explain(cx, g, code);
}

int fetch_probe(struct ctx *cx, const struct fetch_options *options, const char *url,
	const char *accept, struct probed *ret)
{
	struct probing g = {.body = BUF(BODY_MAX), .date = -1};
	struct probed probed = {.date = -1, .certificate_end = -1};
	int rc = loop_global(&cx->err);

	if (rc == 0)
		rc = ask(cx, &g, options, url, accept, &probed);
	if (g.easy)
		curl_easy_cleanup(g.easy);
	curl_slist_free_all(g.headers);
	names_free(g.fixed);
	buf_done(&g.body);
	if (rc == 0)
		*ret = probed;
	return rc;
}
