/* URLs that may be asked: checked, taken apart, their host in one spelling. Whether the address
 * behind the host may be connected to is guard.c's.
 *
 * libcurl's own parser judges the whole, so that nothing passes here which a transfer would read
 * otherwise; what it is lenient about (missing slashes, odd numbers for addresses, percent signs in
 * hosts) is refused before. */
#include "kit/fetch/url.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "kit/fetch/fetch.h"

#define HTTPS_PORT 443
#define HTTP_PORT  80

static int check_bytes(const char *text, struct err *err)
{
	size_t len = strnlen(text, URL_MAX + 1);

	if (len == 0)
		return err_set(err, ERR_INVALID,
			"the address is empty; write one that begins with https://");
	if (len > URL_MAX)
		return err_set(err, ERR_INVALID, "the address is longer than %d bytes", URL_MAX);
	if (!str_utf8_valid(text, len))
		return err_set(err, ERR_INVALID,
			"the address is not UTF-8; write other bytes percent-encoded");
	for (const char *p = text; *p; p++) {
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return err_set(err, ERR_INVALID,
				"the address holds a space or a control character at byte %d; write it percent-encoded",
				(int)(p - text) + 1);
		if (*p == '\\')
			return err_set(err, ERR_INVALID,
				"the address holds a backslash; write / or %%5C: %s", text);
		if (*p == '#')
			return err_set(err, ERR_INVALID,
				"the address ends with a fragment (#…); leave it out: %s", text);
	}
	return 0;
}

static int check_scheme(
	const char *text, bool allow_private, struct err *err, bool *ret_tls, const char **ret_rest)
{
	if (strncasecmp(text, "https://", 8) == 0) {
		*ret_tls = true;
		*ret_rest = text + 8;
		return 0;
	}
	if (allow_private && strncasecmp(text, "http://", 7) == 0) {
		*ret_tls = false;
		*ret_rest = text + 7;
		return 0;
	}
	return err_set(err, ERR_INVALID, "the address must begin with https:// : %s", text);
}

/* Is the last label a number? Then the whole must be an address in its usual form: 0x7f.1 and
 * 2130706433 are the same address to some parsers and a name to others. */
static bool looks_numeric(const char *host)
{
	const char *dot = strrchr(host, '.');
	const char *last = dot ? dot + 1 : host;

	if (last[0] == '0' && (last[1] == 'x' || last[1] == 'X'))
		return true;
	return *last && strspn(last, "0123456789") == strlen(last);
}

static bool valid_name(const char *host)
{
	size_t label = 0;

	if (strlen(host) > 253)
		return false;
	for (const char *p = host;; p++) {
		if (*p == '.' || *p == '\0') {
			if (label == 0 || label > 63 || p[-1] == '-')
				return false;
			if (*p == '\0')
				return true;
			label = 0;
			continue;
		}
		if (!(isalnum((unsigned char)*p) || *p == '_' || (*p == '-' && label > 0)))
			return false;
		label++;
	}
}

/* A literal address must pass the guard already here: the sentence is better than the one from a
 * failed connection. */
static int check_literal(
	const struct sockaddr *sa, bool allow_private, const char *host, struct err *err)
{
	if (!fetch_address_allowed(sa, allow_private))
		return err_set(err, ERR_INVALID, "%s is not a public address", host);
	return 0;
}

static int check_ipv6(const char *host, bool allow_private, struct err *err, char out[URL_HOST_MAX])
{
	struct sockaddr_in6 sa = {.sin6_family = AF_INET6};
	char text[INET6_ADDRSTRLEN];
	size_t len = strlen(host);
	int rc;

	if (len < 4 || len >= sizeof(text) + 2 || host[len - 1] != ']')
		return err_set(err, ERR_INVALID, "%s is not an IPv6 address in brackets", host);
	memcpy(text, host + 1, len - 2);
	text[len - 2] = '\0';
	if (inet_pton(AF_INET6, text, &sa.sin6_addr) != 1)
		return err_set(err, ERR_INVALID, "%s is not an IPv6 address in brackets", host);
	rc = check_literal((const struct sockaddr *)&sa, allow_private, host, err);
	if (rc < 0)
		return rc;
	inet_ntop(AF_INET6, &sa.sin6_addr, text, sizeof(text));
	snprintf(out, URL_HOST_MAX, "[%s]", text);
	return 0;
}

static int check_ipv4(const char *host, bool allow_private, struct err *err)
{
	struct sockaddr_in sa = {.sin_family = AF_INET};

	if (inet_pton(AF_INET, host, &sa.sin_addr) != 1)
		return err_set(
			err, ERR_INVALID, "%s is not an address of four decimal numbers", host);
	return check_literal((const struct sockaddr *)&sa, allow_private, host, err);
}

/* host: as written. */
static int check_host(char *host, bool allow_private, struct err *err, char out[URL_HOST_MAX])
{
	size_t len = strlen(host);

	if (len == 0)
		return err_set(
			err, ERR_INVALID, "the address names no host; write https://host/path");
	if (host[0] == '[')
		return check_ipv6(host, allow_private, err, out);
	for (size_t i = 0; i < len; i++) {
		if (host[i] & 0x80)
			return err_set(err, ERR_INVALID,
				"the host %s has letters outside ASCII; write it in punycode (xn--…)",
				host);
	}
	if (host[len - 1] == '.')
		host[--len] = '\0';
	if (!valid_name(host))
		return err_set(err, ERR_INVALID, "%s is not a host name", host);
	for (size_t i = 0; i <= len; i++)
		out[i] = (char)tolower((unsigned char)host[i]);
	return looks_numeric(out) ? check_ipv4(out, allow_private, err) : 0;
}

/* digits: what stands after the colon; an empty port is the default one (RFC 3986, 3.2.3). */
static int check_port(
	const char *digits, size_t len, bool allow_private, struct err *err, struct url *u)
{
	int standard = u->tls ? HTTPS_PORT : HTTP_PORT;
	int port = 0;

	for (size_t i = 0; i < len; i++) {
		if (digits[i] < '0' || digits[i] > '9' || i >= 5)
			return err_set(
				err, ERR_INVALID, "\"%.*s\" is not a port", (int)len, digits);
		port = port * 10 + (digits[i] - '0');
	}
	if (len > 0 && (port < 1 || port > 65535))
		return err_set(err, ERR_INVALID, "\"%.*s\" is not a port", (int)len, digits);
	u->port = len > 0 ? port : standard;
	if (!allow_private && u->port != HTTPS_PORT)
		return err_set(
			err, ERR_INVALID, "port %d is not asked; only %d is", u->port, HTTPS_PORT);
	return 0;
}

/* authority: "host" or "host:port", ends before end. */
static int check_authority(
	const char *authority, const char *end, bool allow_private, struct err *err, struct url *u)
{
	const char *colon = memrchr(authority, ':', (size_t)(end - authority));
	const char *bracket = memrchr(authority, ']', (size_t)(end - authority));
	char host[URL_MAX + 1];
	size_t len;
	int rc;

	if (memchr(authority, '@', (size_t)(end - authority)))
		return err_set(
			err, ERR_INVALID, "the address holds a user name (…@); leave it out");
	if (colon && bracket && colon < bracket)
		colon = NULL;
	len = (size_t)((colon ? colon : end) - authority);
	memcpy(host, authority, len);
	host[len] = '\0';
	rc = check_host(host, allow_private, err, u->host);
	if (rc < 0)
		return rc;
	u->plain = strlen(u->host) == len && memcmp(u->host, authority, len) == 0;
	return check_port(colon ? colon + 1 : end, colon ? (size_t)(end - colon - 1) : 0,
		allow_private, err, u);
}

int url_parse(const char *text, bool allow_private, struct err *err, struct url *ret)
{
	struct url u = {.tls = true};
	const char *authority = NULL;
	int rc;

	rc = check_bytes(text, err);
	if (rc == 0)
		rc = check_scheme(text, allow_private, err, &u.tls, &authority);
	if (rc < 0)
		return rc;
	u.target = authority + strcspn(authority, "/?");
	rc = check_authority(authority, u.target, allow_private, err, &u);
	if (rc < 0)
		return rc;
	*ret = u;
	return 0;
}

void url_authority(const struct url *u, char out[URL_HOST_MAX])
{
	if (u->port == (u->tls ? HTTPS_PORT : HTTP_PORT))
		snprintf(out, URL_HOST_MAX, "%s", u->host);
	else
		snprintf(out, URL_HOST_MAX, "%.256s:%d", u->host, u->port);
}

/* libcurl's judgement, and that it sees the same host and port. */
static int agree(const char *text, const struct url *u, struct err *err)
{
	CURLU *handle = curl_url();
	char *host = NULL, *port = NULL;
	CURLUcode code;
	bool same;

	if (!handle)
		return err_set(err, ERR_MEMORY, "no memory to read an address");
	code = curl_url_set(handle, CURLUPART_URL, text, CURLU_PATH_AS_IS | CURLU_DISALLOW_USER);
	if (code == CURLUE_OK)
		code = curl_url_get(handle, CURLUPART_HOST, &host, 0);
	if (code == CURLUE_OK)
		code = curl_url_get(handle, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
	same = host && port && strncasecmp(host, u->host, strlen(u->host)) == 0 &&
	       strtol(port, NULL, 10) == u->port;
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(handle);
	if (code != CURLUE_OK)
		return err_set(err, ERR_INVALID, "the address cannot be read (%s): %s",
			curl_url_strerror(code), text);
	if (!same)
		return err_set(err, ERR_INVALID, "the address can be read in two ways: %s", text);
	return 0;
}

int fetch_url_check(const char *url, bool allow_private, struct err *err)
{
	struct url u;
	int rc = url_parse(url, allow_private, err, &u);

	return rc < 0 ? rc : agree(url, &u, err);
}

char *fetch_url_host(struct arena *a, const char *url)
{
	char authority[URL_HOST_MAX];
	struct url u;

	/* Only its name is asked: whether it may be connected to is for fetch_url_check and the
	 * guard. */
	if (url_parse(url, true, NULL, &u) < 0)
		return NULL;
	url_authority(&u, authority);
	return arena_strdup(a, authority);
}

char *fetch_url_target(struct arena *a, const char *url)
{
	struct url u;

	if (url_parse(url, true, NULL, &u) < 0)
		return NULL;
	return *u.target == '/' ? arena_strdup(a, u.target) : arena_printf(a, "/%s", u.target);
}
