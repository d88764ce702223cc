/* How many connections one address may hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "kit/http/peers.h"

static const struct {
	const char *address;
	const char *same;  /* another address that counts with it */
	const char *other; /* one that does not */
	bool limited;
} ROWS[] = {
	{"203.0.113.7", "::ffff:203.0.113.7", "203.0.113.8", true},
	{"2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1", true},
	{"127.0.0.1", "127.0.0.1", "203.0.113.8", false},
	{"::1", "::1", "203.0.113.8", false},
	{"10.1.2.3", "10.1.2.3", "203.0.113.8", false},
};

static struct address parse(const char *text)
{
	struct address a;

	assert_true(http_address_parse(text, false, &a));
	return a;
}

static void test_limit(void **state)
{
	struct networks *exempt = NULL;
	struct peers *p;

	(void)state;
	assert_int_equal(http_networks_parse("10.0.0.0/8", NULL, &exempt), 0);
	p = peers_new(exempt, HOUR);
	assert_non_null(p);
	for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
		struct address a = parse(ROWS[i].address), same = parse(ROWS[i].same);
		struct address other = parse(ROWS[i].other);
		struct peer *peers[PEER_CONNECTIONS_MAX];

		for (int k = 0; k < PEER_CONNECTIONS_MAX; k++) {
			assert_true(peers_admit(p, k % 2 ? &same : &a));
			peers[k] = peers_add(p, k % 2 ? &same : &a, -1);
		}
		assert_int_equal(peers_admit(p, &a), !ROWS[i].limited);
		assert_int_equal(peers_admit(p, &same), !ROWS[i].limited);
		assert_true(peers_admit(p, &other));
		peers_remove(p, peers[PEER_CONNECTIONS_MAX / 2]);
		assert_true(peers_admit(p, &a));
		for (int k = 0; k < PEER_CONNECTIONS_MAX; k++)
			if (k != PEER_CONNECTIONS_MAX / 2)
				peers_remove(p, peers[k]);
	}
	peers_free(p);
	http_networks_free(exempt);
}

/* Has the other end of the pair been shut down? */
static bool is_shut(int fd)
{
	char c;

	return recv(fd, &c, 1, MSG_DONTWAIT) == 0;
}

static void test_deadlines(void **state)
{
	struct networks *none = NULL;
	struct address a = parse("203.0.113.7");
	struct peer *waiting, *served, *taking;
	struct peers *p;
	int fds[3][2];

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds[i]), 0);
	assert_int_equal(http_networks_parse(NULL, NULL, &none), 0);
	p = peers_new(none, 200);
	waiting = peers_add(p, &a, fds[0][0]);
	served = peers_add(p, &a, fds[1][0]);
	taking = peers_add(p, &a, fds[2][0]);
	peer_is_served(p, served);
	peer_takes(p, taking, 1000000); /* a slow line may take this long */
	clock_sleep(100);
	assert_false(is_shut(fds[0][1]));
	clock_sleep(400);
	assert_true(is_shut(fds[0][1]));
	assert_false(is_shut(fds[1][1]));
	assert_false(is_shut(fds[2][1]));
	peer_waits(p, served);
	peers_drain(p);
	clock_sleep(100);
	assert_true(is_shut(fds[1][1]));
	assert_false(is_shut(fds[2][1]));
	peers_remove(p, waiting);
	peers_remove(p, served);
	peers_remove(p, taking);
	peers_remove(p, NULL);
	peers_free(p);
	peers_free(NULL);
	http_networks_free(none);
	for (int i = 0; i < 6; i++)
		close(fds[i / 2][i % 2]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_deadlines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
