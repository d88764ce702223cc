/* Whose request it is, and lists of proxies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <string.h>

#include "kit/http/client.h"

#define PROXIES "127.0.0.1 ::1, 10.0.0.0/8 2001:db8:1::/48"

static const struct {
	const char *proxies, *socket, *forwarded, *client;
} ROWS[] = {
	{PROXIES, "203.0.113.7", NULL, "203.0.113.7"},
	{PROXIES, "203.0.113.7", "198.51.100.1", "203.0.113.7"},
	{PROXIES, "127.0.0.1", NULL, "127.0.0.1"},
	{PROXIES, "127.0.0.1", "", "127.0.0.1"},
	{PROXIES, "127.0.0.1", "198.51.100.1", "198.51.100.1"},
	{PROXIES, "::1", "198.51.100.1", "198.51.100.1"},
	{PROXIES, "::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"},
	{PROXIES, "127.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"},
	{PROXIES, "127.0.0.1", "6.6.6.6, 198.51.100.1, 10.1.2.3", "198.51.100.1"},
	{PROXIES, "127.0.0.1", "10.9.9.9,10.1.2.3", "10.9.9.9"},
	{PROXIES, "127.0.0.1", "2001:db8::5", "2001:db8::5"},
	{PROXIES, "127.0.0.1", "[2001:db8::5]:443", "2001:db8::5"},
	{PROXIES, "127.0.0.1", "198.51.100.1:5555", "198.51.100.1"},
	{PROXIES, "127.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"},
	{PROXIES, "2001:db8:1::9", "198.51.100.1", "198.51.100.1"},
	{PROXIES, "2001:db8:2::9", "198.51.100.1", "2001:db8:2::9"},
	{PROXIES, "11.0.0.1", "198.51.100.1", "11.0.0.1"},
	{PROXIES, "127.0.0.1", "\t 198.51.100.1 \t", "198.51.100.1"},
	{PROXIES, "127.0.0.1", "unknown", "127.0.0.1"},
	{PROXIES, "127.0.0.1", "198.51.100.1, evil", "127.0.0.1"},
	{PROXIES, "127.0.0.1", "198.51.100.1, evil, 10.1.2.3", "10.1.2.3"},
	{PROXIES, "127.0.0.1", "198.51.100.1,", "127.0.0.1"},
	{PROXIES, "127.0.0.1", ",,,", "127.0.0.1"},
	{PROXIES, "127.0.0.1", "198.51.100.999", "127.0.0.1"},
	{PROXIES, "127.0.0.1", "198.51.100.1:99999", "127.0.0.1"},
	{PROXIES, "127.0.0.1", "[198.51.100.1]:80", "127.0.0.1"},
	{PROXIES, "127.0.0.1", "[2001:db8::5", "127.0.0.1"},
	{PROXIES, "127.0.0.1", "fe80::1%eth0", "127.0.0.1"},
	{PROXIES, "127.0.0.1",
		"1111111111111111111111111111111111111111111111111111111111111111111111111111111111",
		"127.0.0.1"},
	{NULL, "127.0.0.1", "198.51.100.1", "127.0.0.1"},
	{"", "127.0.0.1", "198.51.100.1", "127.0.0.1"},
	{"0.0.0.0/0", "8.8.8.8", "198.51.100.1, 9.9.9.9", "198.51.100.1"},
	{"0.0.0.0/0", "2001:db8::1", "198.51.100.1", "2001:db8::1"},
	{"10.0.0.0/9", "10.128.0.1", "198.51.100.1", "10.128.0.1"},
	{"10.0.0.0/9", "10.127.0.1", "198.51.100.1", "198.51.100.1"},
};

static void test_clients(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
		struct networks *proxies = NULL;
		struct address socket, client;
		char text[ADDRESS_TEXT_SIZE];

		assert_int_equal(http_networks_parse(ROWS[i].proxies, NULL, &proxies), 0);
		assert_true(http_address_parse(ROWS[i].socket, false, &socket));
		client_address(proxies, &socket, ROWS[i].forwarded, &client);
		http_address_text(&client, text);
		if (strcmp(text, ROWS[i].client) != 0)
			fail_msg("row %zu: %s", i, text);
		http_networks_free(proxies);
	}
}

static const struct {
	const char *list, *says;
} LISTS[] = {
	{"localhost", "\"localhost\""},
	{"10.0.0.0/33", "\"10.0.0.0/33\""},
	{"10.0.0.0/", "0 to 32"},
	{"10.0.0.0/-1", "0 to 32"},
	{"::1/129", "0 to 128"},
	{"10.0.0", "\"10.0.0\""},
	{"127.0.0.1 10.0.0.256", "\"10.0.0.256\""},
	{"/8", "is no address"},
	{"127.0.0.1:80", "\"127.0.0.1:80\""},
	{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"too long"},
};

static void test_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof LISTS / sizeof LISTS[0]; i++) {
		struct networks *n = NULL;
		struct err err = {0};

		assert_int_equal(http_networks_parse(LISTS[i].list, &err, &n), ERR_INVALID);
		assert_null(n);
		if (!strstr(err.text, LISTS[i].says))
			fail_msg("row %zu: %s", i, err.text);
	}
}

static void test_unix(void **state)
{
	struct networks *with = NULL, *without = NULL;
	struct address socket, client;
	char text[ADDRESS_TEXT_SIZE];

	(void)state;
	assert_int_equal(http_networks_parse("unix", NULL, &with), 0);
	assert_int_equal(http_networks_parse("0.0.0.0/0 ::/0", NULL, &without), 0);
	http_address_of_socket(NULL, 0, &socket);
	client_address(with, &socket, "198.51.100.1", &client);
	http_address_text(&client, text);
	assert_string_equal(text, "198.51.100.1");
	client_address(without, &socket, "198.51.100.1", &client);
	http_address_text(&client, text);
	assert_string_equal(text, "unix");
	assert_true(http_address_is_local(&socket));
	assert_false(http_address_is_local(&(struct address){.bytes = {0x20}}));
	http_networks_free(with);
	http_networks_free(without);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clients),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_unix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
