/* Files stand whole or not at all, and none that stood is touched. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "kit/media/media.h"

static char folder[] = "/tmp/chorsu-store-XXXXXX";
static int dir = -1;

static struct media_result result = {
	.count = 3,
	.files =
		{
			{MEDIA_WEBP, 320, 200, 5, (unsigned char *)"small"},
			{MEDIA_WEBP, 640, 400, 6, (unsigned char *)"larger"},
			{MEDIA_JPEG, 640, 400, 4, (unsigned char *)"jpeg"},
		},
};

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir < 0 ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	close(dir);
	return rmdir(folder);
}

static void stored(void **state)
{
	static const char *const NAMES[] = {"a_B-9-320.webp", "a_B-9-640.webp", "a_B-9-640.jpg"};
	struct err err;

	(void)state;
	assert_int_equal(media_store(&result, dir, "a_B-9", &err), 0);
	for (int i = 0; i < result.count; i++) {
		char read_back[16] = "";
		struct stat s;
		int fd = openat(dir, NAMES[i], O_RDONLY);

		assert_true(fd >= 0);
		assert_int_equal(read(fd, read_back, sizeof read_back), result.files[i].size);
		assert_string_equal(read_back, (const char *)result.files[i].bytes);
		assert_int_equal(fstat(fd, &s), 0);
		assert_int_equal(s.st_mode & 0137, 0);
		close(fd);
		assert_int_equal(unlinkat(dir, NAMES[i], 0), 0);
	}
}

/* The last name is taken, by a file and by a link that leads elsewhere: what came before it goes.
 */
static void taken(void **state)
{
	struct err err;
	struct stat s;
	int fd = openat(dir, "x-640.jpg", O_CREAT | O_WRONLY, 0600);

	(void)state;
	close(fd);
	assert_int_equal(media_store(&result, dir, "x", &err), ERR_CONFLICT);
	assert_string_equal(err.text, "The file x-640.jpg exists already.");
	assert_int_equal(fstatat(dir, "x-640.jpg", &s, 0), 0);
	assert_int_equal(s.st_size, 0);
	assert_int_equal(unlinkat(dir, "x-640.jpg", 0), 0);
	assert_int_equal(symlinkat("/tmp/chorsu-elsewhere", dir, "x-640.jpg"), 0);
	assert_int_equal(media_store(&result, dir, "x", &err), ERR_CONFLICT);
	assert_int_equal(access("/tmp/chorsu-elsewhere", F_OK), -1);
	assert_int_equal(unlinkat(dir, "x-640.jpg", 0), 0);
	/* teardown's rmdir proves that nothing else is left */
}

static void no_folder(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(media_store(&result, -1, "x", &err), ERR_IO);
	assert_string_equal(
		err.text, "The file x-320.webp could not be written: Bad file descriptor.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stored),
		cmocka_unit_test(taken),
		cmocka_unit_test(no_folder),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
