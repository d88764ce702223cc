/* URLs: what is asked, what is refused and why, and the one spelling of hosts and targets. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "kit/fetch/fetch.h"

struct row {
	const char *url;
	const char *why; /* fragment of the sentence, NULL: allowed */
	bool private;    /* with allow_private */
};

#define LABEL63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct row rows[] = {
	{"https://example.org", NULL, false},
	{"https://example.org/", NULL, false},
	{"HTTPS://Example.ORG/inbox", NULL, false},
	{"https://example.org./inbox", NULL, false},
	{"https://example.org:443/inbox", NULL, false},
	{"https://example.org:/inbox", NULL, false},
	{"https://example.org:0443/inbox", NULL, false},
	{"https://xn--80ak6aa92e.com/", NULL, false},
	{"https://a_b.example.org/", NULL, false},
	{"https://1.example.org/?a=b&c=%20d", NULL, false},
	{"https://example.org?x=1", NULL, false},
	{"https://example.org/a@b", NULL, false},
	{"https://example.org/o\xe2\x80\x98zbek", NULL, false},
	{"https://" LABEL63 ".org/", NULL, false},
	{"https://8.8.8.8/", NULL, false},
	{"https://[2606:4700:4700::1111]/", NULL, false},
	{"http://127.0.0.1:8080/inbox", NULL, true},
	{"https://[::1]:8443/inbox", NULL, true},
	{"http://localhost/", NULL, true},
	{"https://example.org:65535/", NULL, true},

	{"", "is empty", false},
	{"example.org/inbox", "must begin with https://", false},
	{"//example.org/inbox", "must begin with https://", false},
	{"http://example.org/", "must begin with https://", false},
	{"ftp://example.org/", "must begin with https://", true},
	{"file:///etc/passwd", "must begin with https://", true},
	{"gopher://example.org/", "must begin with https://", true},
	{"javascript:alert(1)", "must begin with https://", true},
	{"https:/example.org/", "must begin with https://", false},
	{"https:example.org", "must begin with https://", false},
	{" https://example.org/", "space or a control character at byte 1", false},
	{"https://", "names no host", false},
	{"https:///etc/passwd", "names no host", false},
	{"https://:443/", "names no host", false},
	{"https://?x", "names no host", false},
	{"https://example.org:8443/", "port 8443 is not asked", false},
	{"https://example.org:80/", "port 80 is not asked", false},
	{"https://example.org:0/", "\"0\" is not a port", true},
	{"https://example.org:65536/", "\"65536\" is not a port", true},
	{"https://example.org:443443/", "is not a port", true},
	{"https://example.org:-1/", "is not a port", true},
	{"https://example.org:44a/", "is not a port", true},
	{"https://example.org:443:443/", "is not a host name", false},
	{"https://user@example.org/", "user name", false},
	{"https://user:pass@example.org/", "user name", false},
	{"https://@example.org/", "user name", false},
	{"https://example.org@127.0.0.1/", "user name", true},
	{"https://example.org/#x", "fragment", false},
	{"https://example.org#@evil.example/", "fragment", false},
	{"https://example.org\\@evil.example/", "backslash", false},
	{"https://example.org/a\\b", "backslash", false},
	{"https://exam ple.org/", "control character at byte 13", false},
	{"https://example.org/a b", "control character", false},
	{"https://example.org/a\r\nX: y", "control character", false},
	{"https://example.org/\t", "control character", false},
	{"https://example.org/\x7f", "control character", false},
	{"https://example.org/\x01", "control character", false},
	{"https://example.org/\xff\xfe", "not UTF-8", false},
	{"https://m\xc3\xbcnchen.example/", "punycode", false},
	{"https://\xef\xbd\x85xample.org/", "punycode", false},
	{"https://%65xample.org/", "is not a host name", false},
	{"https://example.org%2f/", "is not a host name", false},
	{"https://exa,mple.org/", "is not a host name", false},
	{"https://exa$mple.org/", "is not a host name", false},
	{"https://-example.org/", "is not a host name", false},
	{"https://example-.org/", "is not a host name", false},
	{"https://example..org/", "is not a host name", false},
	{"https://.example.org/", "is not a host name", false},
	{"https://example.org../", "is not a host name", false},
	{"https://./", "is not a host name", false},
	{"https://a" LABEL63 ".org/", "is not a host name", false},
	{"https://127.0.0.1/", "is not a public address", false},
	{"https://127.0.0.1./", "is not a public address", false},
	{"https://10.0.0.1/", "is not a public address", false},
	{"https://169.254.169.254/latest/meta-data", "is not a public address", false},
	{"https://2130706433/", "is not an address of four decimal numbers", false},
	{"https://0x7f.1/", "is not an address of four decimal numbers", true},
	{"https://0x7f000001/", "is not an address of four decimal numbers", true},
	{"https://0177.0.0.1/", "is not an address of four decimal numbers", true},
	{"https://127.1/", "is not an address of four decimal numbers", true},
	{"https://1.2.3.4.5/", "is not an address of four decimal numbers", true},
	{"https://256.1.1.1/", "is not an address of four decimal numbers", true},
	{"https://[::1]/", "is not a public address", false},
	{"https://[::ffff:127.0.0.1]/", "is not a public address", false},
	{"https://[64:ff9b::10.0.0.1]/", "is not a public address", false},
	{"https://[fe80::1%25eth0]/", "is not an IPv6 address", true},
	{"https://[fe80::1%eth0]/", "is not an IPv6 address", true},
	{"https://[::1/", "is not an IPv6 address", true},
	{"https://[]/", "is not an IPv6 address", true},
	{"https://[1.2.3.4]/", "is not an IPv6 address", true},
	{"https://[::1]x/", "is not an IPv6 address", true},
	{"https://::1/", "is not a host name", true},
};

static void test_check(void **state)
{
	struct err err;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		int rc;

		memset(&err, 0, sizeof(err));
		rc = fetch_url_check(rows[i].url, rows[i].private, &err);
		if (!rows[i].why && rc != 0)
			fail_msg("%s: %s", rows[i].url, err.text);
		if (rows[i].why && (rc != ERR_INVALID || err.code != ERR_INVALID ||
					   !strstr(err.text, rows[i].why)))
			fail_msg("%s: %d \"%s\" instead of \"%s\"", rows[i].url, rc, err.text,
				rows[i].why);
		if (rows[i].why)
			assert_int_equal(
				fetch_url_check(rows[i].url, rows[i].private, NULL), ERR_INVALID);
	}
}

static void test_length(void **state)
{
	char url[2100];
	struct err err = {0};

	(void)state;
	memset(url, 'a', sizeof(url));
	memcpy(url, "https://example.org/", 20);
	url[2048] = '\0';
	assert_int_equal(fetch_url_check(url, false, &err), 0);
	url[2048] = 'a';
	url[2049] = '\0';
	assert_int_equal(fetch_url_check(url, false, &err), ERR_INVALID);
	assert_non_null(strstr(err.text, "longer than 2048"));
	/* A host as long as a URL. */
	memset(url, 'a', sizeof(url));
	memcpy(url, "https://", 8);
	url[2040] = '\0';
	assert_int_equal(fetch_url_check(url, true, &err), ERR_INVALID);
	assert_null(fetch_url_host(NULL, url));
	/* 253 bytes of name are the most. */
	for (size_t i = 8; i < 8 + 254; i++)
		url[i] = (i - 8) % 64 == 63 ? '.' : 'a';
	url[8 + 253] = '\0';
	assert_int_equal(fetch_url_check(url, true, &err), 0);
	memcpy(url + 8 + 253, "a/", 3);
	assert_int_equal(fetch_url_check(url, true, &err), ERR_INVALID);
}

static void test_parts(void **state)
{
	static const struct {
		const char *url, *host, *target;
	} parts[] = {
		{"https://example.org", "example.org", "/"},
		{"https://EXAMPLE.org./Inbox", "example.org", "/Inbox"},
		{"https://example.org:443/a?b=c", "example.org", "/a?b=c"},
		{"https://example.org:0443?b=c", "example.org", "/?b=c"},
		{"https://example.org:/x", "example.org", "/x"},
		{"https://example.org:8443/a/../b/./c", "example.org:8443", "/a/../b/./c"},
		{"http://example.org/", "example.org", "/"},
		{"http://example.org:80/", "example.org", "/"},
		{"http://example.org:443/", "example.org:443", "/"},
		{"https://example.org:80/", "example.org:80", "/"},
		{"https://[2001:DB8:0:0::1]:8443/x", "[2001:db8::1]:8443", "/x"},
		{"https://[::1]/", "[::1]", "/"},
		{"https://127.0.0.1/", "127.0.0.1", "/"},
		{"https://127.0.0.1:9/a%20b//c?", "127.0.0.1:9", "/a%20b//c?"},
		{"mailto:a@b", NULL, NULL},
		{"https://", NULL, NULL},
		{"https://a b/", NULL, NULL},
		{"https://u@a.example/", NULL, NULL},
		{"https://a.example/#f", NULL, NULL},
		{"", NULL, NULL},
	};
	struct arena *a = arena_new(64 * KIB);

	(void)state;
	for (size_t i = 0; i < LENGTH(parts); i++) {
		char *host = fetch_url_host(a, parts[i].url),
		     *target = fetch_url_target(a, parts[i].url);

		if (!str_eq(host, parts[i].host) || !str_eq(target, parts[i].target))
			fail_msg("%s: host %s, target %s", parts[i].url, host ? host : "none",
				target ? target : "none");
	}
	arena_free(a);
}

/* Whatever is one byte off must not crash, and what passes has a host. */
static void test_every_byte(void **state)
{
	struct arena *a = arena_new(1 * MIB);
	char url[] = "https://ex.org:443/p?q";

	(void)state;
	for (size_t i = 0; url[i]; i++) {
		char kept = url[i];

		for (int c = 1; c < 256; c++) {
			url[i] = (char)c;
			if (fetch_url_check(url, false, NULL) == 0) {
				assert_non_null(fetch_url_host(a, url));
				assert_int_equal(fetch_url_target(a, url)[0], '/');
			}
		}
		url[i] = kept;
	}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
