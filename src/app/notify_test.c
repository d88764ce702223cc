/* What the service manager hears. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "app/notify.h"

static void hear(const char *first, char end)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	char name[60], heard[40] = "";
	int len = snprintf(name, sizeof name, "%schorsu-notify-%d%c", first, (int)getpid(), end);
	ssize_t n;

	memcpy(at.sun_path, name, (size_t)len);
	if (*name == '@')
		at.sun_path[0] = '\0';
	assert_int_equal(bind(fd, (struct sockaddr *)&at,
				 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)len)),
		0);
	setenv("NOTIFY_SOCKET", name, 1);
	notify_service("READY=1");
	n = recv(fd, heard, sizeof heard - 1, MSG_DONTWAIT);
	assert_int_equal(n, 7);
	assert_string_equal(heard, "READY=1");
	close(fd);
	unlink(name);
}

static void test_heard(void **state)
{
	(void)state;
	hear("/tmp/", 'a');
	hear("@", 'b');
}

/* Nobody there, or no address at all: the server goes on. */
static void test_nobody(void **state)
{
	static const char *const NAMES[] = {"", "@", "relative", "/nowhere/at/all"};
	char long_name[200];

	(void)state;
	for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
		setenv("NOTIFY_SOCKET", NAMES[i], 1);
		notify_service("READY=1");
	}
	memset(long_name, '/', sizeof long_name - 1);
	long_name[sizeof long_name - 1] = '\0';
	setenv("NOTIFY_SOCKET", long_name, 1);
	notify_service("READY=1");
	unsetenv("NOTIFY_SOCKET");
	notify_service("READY=1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heard),
		cmocka_unit_test(test_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
