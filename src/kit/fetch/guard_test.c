/* The address guard: each special range at both ends, and the addresses just outside. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "kit/fetch/fetch.h"

struct row {
	const char *address;
	bool allowed;
};

static const struct row rows[] = {
	{"0.0.0.0", false},
	{"0.255.255.255", false},
	{"1.0.0.0", true},
	{"1.1.1.1", true},
	{"8.8.8.8", true},
	{"9.255.255.255", true},
	{"10.0.0.0", false},
	{"10.255.255.255", false},
	{"11.0.0.0", true},
	{"100.63.255.255", true},
	{"100.64.0.0", false},
	{"100.127.255.255", false},
	{"100.128.0.0", true},
	{"126.255.255.255", true},
	{"127.0.0.0", false},
	{"127.0.0.1", false},
	{"127.255.255.255", false},
	{"128.0.0.0", true},
	{"169.253.255.255", true},
	{"169.254.0.0", false},
	{"169.254.169.254", false},
	{"169.254.255.255", false},
	{"169.255.0.0", true},
	{"172.15.255.255", true},
	{"172.16.0.0", false},
	{"172.31.255.255", false},
	{"172.32.0.0", true},
	{"191.255.255.255", true},
	{"192.0.0.0", false},
	{"192.0.0.255", false},
	{"192.0.1.0", true},
	{"192.0.2.0", false},
	{"192.0.2.255", false},
	{"192.0.3.0", true},
	{"192.88.98.255", true},
	{"192.88.99.0", false},
	{"192.88.99.255", false},
	{"192.88.100.0", true},
	{"192.167.255.255", true},
	{"192.168.0.0", false},
	{"192.168.255.255", false},
	{"192.169.0.0", true},
	{"198.17.255.255", true},
	{"198.18.0.0", false},
	{"198.19.255.255", false},
	{"198.20.0.0", true},
	{"198.51.99.255", true},
	{"198.51.100.0", false},
	{"198.51.100.255", false},
	{"198.51.101.0", true},
	{"203.0.112.255", true},
	{"203.0.113.0", false},
	{"203.0.113.255", false},
	{"203.0.114.0", true},
	{"223.255.255.255", true},
	{"224.0.0.0", false},
	{"239.255.255.255", false},
	{"240.0.0.0", false},
	{"255.255.255.254", false},
	{"255.255.255.255", false},

	{"::", false},
	{"::1", false},
	{"::2", false},
	/* v4-compatible */
	{"::127.0.0.1", false},
	{"::10.0.0.1", false},
	{"::8.8.8.8", false},
	{"::ffff", false},
	/* v4-mapped */
	{"::ffff:127.0.0.1", false},
	{"::ffff:0.0.0.0", false},
	{"::ffff:10.1.2.3", false},
	{"::ffff:169.254.169.254", false},
	{"::ffff:192.168.1.1", false},
	{"::ffff:100.64.1.1", false},
	{"::ffff:255.255.255.255", false},
	{"::ffff:8.8.8.8", true},
	/* v4-translated, of the withdrawn SIIT */
	{"::ffff:0:127.0.0.1", false},
	{"::ffff:0:8.8.8.8", false},
	/* NAT64 */
	{"64:ff9b::127.0.0.1", false},
	{"64:ff9b::10.0.0.1", false},
	{"64:ff9b::192.168.0.1", false},
	{"64:ff9b::169.254.169.254", false},
	{"64:ff9b::8.8.8.8", true},
	{"64:ff9b:0:0:0:1:808:808", false},
	{"64:ff9b:1::127.0.0.1", false},
	{"64:ff9b:1::8.8.8.8", false},
	{"64:ff9b:1:ffff::a00:1", false},
	/* the rest outside 2000::/3 */
	{"100::", false},
	{"100::1", false},
	{"1fff:ffff::", false},
	{"4000::", false},
	{"5f00::1", false},
	{"fc00::1", false},
	{"fd12:3456::1", false},
	{"fdff:ffff::1", false},
	{"fe80::1", false},
	{"febf::1", false},
	{"fec0::1", false},
	{"ff00::", false},
	{"ff02::1", false},
	{"ff0e::1", false},
	{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
	/* inside it */
	{"2000::", true},
	{"2000:ffff:ffff::1", true},
	{"2001::", false},
	{"2001::7f00:1", false},
	{"2001:0:4136:e378:8000:63bf:3fff:fdd2", false},
	{"2001:2::1", false},
	{"2001:10::1", false},
	{"2001:20::1", false},
	{"2001:1ff:ffff::1", false},
	{"2001:200::1", true},
	{"2001:db7:ffff::1", true},
	{"2001:db8::1", false},
	{"2001:db8:ffff:ffff::1", false},
	{"2001:db9::1", true},
	{"2001:4860:4860::8888", true},
	{"2001:ffff::1", true},
	{"2002::", false},
	{"2002:7f00:1::1", false},
	{"2002:a00:1::1", false},
	{"2002:c0a8:101::1", false},
	{"2002:ffff:ffff::1", false},
	{"2003::1", true},
	{"2606:4700:4700::1111", true},
	{"2a00:1450::1", true},
	{"3ffe::1", true},
	{"3fff::1", false},
	{"3fff:fff:ffff::1", false},
	{"3fff:1000::1", true},
	{"3fff:ffff::1", true},
};

static void fill(const char *text, struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		return;
	}
	assert_int_equal(inet_pton(AF_INET6, text, &v6->sin6_addr), 1);
	v6->sin6_family = AF_INET6;
}

static void test_table(void **state)
{
	struct sockaddr_storage sa;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		fill(rows[i].address, &sa);
		if (fetch_address_allowed((struct sockaddr *)&sa, false) != rows[i].allowed)
			fail_msg("%s should be %s", rows[i].address,
				rows[i].allowed ? "allowed" : "refused");
		assert_true(fetch_address_allowed((struct sockaddr *)&sa, true));
	}
}

static void test_families(void **state)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "/run/some.sock"};
	struct sockaddr none = {.sa_family = AF_UNSPEC};

	(void)state;
	assert_false(fetch_address_allowed((struct sockaddr *)&un, false));
	assert_false(fetch_address_allowed((struct sockaddr *)&un, true));
	assert_false(fetch_address_allowed(&none, false));
	assert_false(fetch_address_allowed(&none, true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_families),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
