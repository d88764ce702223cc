/* Unix sockets: their mode and group, and what may be in the way. Addresses and their errors are in
 * http_life_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/str.h"
#include "kit/http/listen.h"

/* A path for a socket, with nothing there. */
static const char *fresh_path(const char *name)
{
	static char path[80];

	snprintf(path, sizeof path, "/tmp/chorsu-http-test-%d-%s", (int)getpid(), name);
	unlink(path);
	return path;
}

static int open_at(const char *path, const char *group, struct err *err, struct listener *ret)
{
	char where[100];

	*err = (struct err){0};
	snprintf(where, sizeof where, "unix:%s", path);
	return listen_open(where, group, err, ret);
}

static void test_unix_mode(void **state)
{
	static const mode_t MASKS[] = {0, 022, 077, 0777};
	const char *path = fresh_path("mode");
	struct group *own = getgrgid(getgid());
	struct listener l;
	struct stat st;
	struct err err;

	(void)state;
	for (size_t i = 0; i < LENGTH(MASKS); i++) {
		mode_t before = umask(MASKS[i]);
		int rc = open_at(path, own ? own->gr_name : NULL, &err, &l);

		umask(before);
		assert_int_equal(rc, 0);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0660);
		assert_int_equal(st.st_gid, getgid());
		listen_close(&l);
		assert_int_equal(access(path, F_OK), -1);
	}
	assert_int_equal(open_at(path, "no-such-group", &err, &l), ERR_INVALID);
	assert_non_null(strstr(err.text, "no group \"no-such-group\""));
	assert_int_equal(access(path, F_OK), -1);
}

/* A living server keeps its socket, also one that is too busy to accept; a file that is none stays.
 */
static void test_unix_in_the_way(void **state)
{
	const char *path = fresh_path("way");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct listener l, other;
	struct err err;
	int fds[4], fd;

	(void)state;
	strcpy(address.sun_path, path);
	assert_int_equal(open_at(path, NULL, &err, &l), 0);
	assert_int_equal(open_at(path, NULL, &err, &other), ERR_CONFLICT);
	assert_non_null(strstr(err.text, "listens on unix:/tmp/"));
	assert_int_equal(listen(l.fd, 0), 0);
	for (size_t i = 0; i < LENGTH(fds); i++) {
		fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)!connect(fds[i], (struct sockaddr *)&address, sizeof address);
	}
	assert_int_equal(open_at(path, NULL, &err, &other), ERR_CONFLICT);
	assert_int_equal(access(path, F_OK), 0);
	for (size_t i = 0; i < LENGTH(fds); i++)
		close(fds[i]);
	unlink(path); /* somebody else's is there when ours is closed: it stays */
	assert_int_equal(open_at(path, NULL, &err, &other), 0);
	listen_close(&l);
	assert_int_equal(access(path, F_OK), 0);
	listen_close(&other);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	close(fd);
	assert_int_equal(open_at(path, NULL, &err, &l), ERR_CONFLICT);
	assert_non_null(strstr(err.text, "is a file and no socket"));
	assert_int_equal(unlink(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unix_mode),
		cmocka_unit_test(test_unix_in_the_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
