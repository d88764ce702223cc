/* What is packed comes out again; what was spoiled does not. Hostile members are in the scenario
 * backup-hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/str.h"
#include "kit/pack/pack.h"

static char dir[64], path[128], part[160];

static int set_up(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/chorsu-pack-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/a.tar.gz", dir);
	snprintf(part, sizeof(part), "%s.part", path);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(path);
	unlink(part);
	return rmdir(dir); /* so nothing else was left there */
}

static void names(void **state)
{
	static const struct {
		const char *name;
		bool valid;
	} ROWS[] = {{"a", true}, {"a/b", true}, {"manifest.json", true},
		{"media/ab/x_1-2.webp", true}, {"a/b/c/d/e", true}, {"SHA256SUMS", true},
		{"", false}, {"/a", false}, {"a/", false}, {"a//b", false}, {".", false},
		{"..", false}, {"a/..", false}, {"../a", false}, {"a/.b", false}, {"-a", false},
		{"a/-b", false}, {"a b", false}, {"a\nb", false}, {"a\\b", false}, {"ў", false},
		{"a:b", false}, {"a/b/c/d/e/f", false}};
	char name[PACK_NAME_MAX + 2];
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++)
		if (pack_name_valid(ROWS[i].name) != ROWS[i].valid)
			fail_msg("%s", ROWS[i].name);
	memset(name, 'x', sizeof(name));
	name[PACK_NAME_MAX] = '\0';
	assert_true(pack_name_valid(name));
	name[PACK_NAME_MAX] = 'x';
	name[PACK_NAME_MAX + 1] = '\0';
	assert_false(pack_name_valid(name));
}

/* Three members: small, empty, of 300,000 bytes out of a file. */
static void make(void)
{
	static char big[300000];
	struct err err = {0};
	struct pack *p = NULL;
	FILE *f = tmpfile();

	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (char)(i * 7919 >> 3);
	assert_non_null(f);
	assert_int_equal(fwrite(big, 1, sizeof(big), f), sizeof(big));
	assert_int_equal(fflush(f), 0);
	rewind(f);
	assert_int_equal(pack_create(path, &err, &p), 0);
	assert_int_equal(pack_add(p, "first", "hello", 5, &err), 0);
	assert_int_equal(pack_add(p, "media/empty", NULL, 0, &err), 0);
	assert_int_equal(pack_add_file(p, "media/ab/big", fileno(f), sizeof(big), &err), 0);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(pack_finish(p, &err), 0);
	assert_true(pack_size(p) > 1000);
	pack_free(p);
	fclose(f);
}

/* How reading it ends; how many members came before. */
static int read_all(struct err *err, int *ret_members)
{
	AUTO(buf_done) struct buf text = BUF(1 * MIB);
	struct unpack *u = NULL;
	struct member m;
	int rc = unpack_open(path, err, &u);

	*ret_members = 0;
	while (rc == 0 && (rc = unpack_next(u, err, &m)) > 0) {
		++*ret_members;
		rc = unpack_take(u, &text, err);
		assert_true(rc < 0 || (int64_t)text.len == m.size);
	}
	unpack_free(u);
	return rc;
}

static void comes_out_again(void **state)
{
	AUTO(buf_done) struct buf text = BUF(1 * MIB);
	struct err err = {0};
	struct unpack *u = NULL;
	struct member m;
	struct stat st;
	(void)state;

	make();
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(unpack_open(path, &err, &u), 0);
	assert_int_equal(unpack_size(u), st.st_size);
	assert_int_equal(unpack_next(u, &err, &m), 1);
	assert_string_equal(m.name, "first");
	assert_int_equal(unpack_take(u, &text, &err), 0);
	assert_string_equal(buf_text(&text), "hello");
	assert_int_equal(unpack_next(u, &err, &m), 1);
	assert_string_equal(m.name, "media/empty");
	assert_int_equal(m.size, 0);
	assert_int_equal(unpack_next(u, &err, &m), 1);
	assert_string_equal(m.name, "media/ab/big");
	assert_int_equal(m.size, 300000);
	text.max = 1000; /* the member is passed over then */
	assert_int_equal(unpack_take(u, &text, &err), ERR_TOO_LARGE);
	assert_int_equal(unpack_next(u, &err, &m), 0);
	unpack_free(u);
}

static void a_name_is_taken_once(void **state)
{
	struct err err = {0};
	struct pack *p = NULL, *second = NULL;
	int fd;
	(void)state;

	assert_int_equal(pack_create(path, &err, &p), 0);
	assert_int_equal(pack_create(path, &err, &second), ERR_BUSY);
	/* Somebody puts a file there meanwhile: it stays. */
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(pack_add(p, "a", "a", 1, &err), 0);
	assert_int_equal(pack_finish(p, &err), ERR_CONFLICT);
	pack_free(p);
	assert_int_equal(access(part, F_OK), -1);
	assert_int_equal(pack_create(path, &err, &second), ERR_CONFLICT);
	assert_non_null(strstr(err.text, "is there already"));
	unlink(path);
	/* What a process that died left is written over. */
	fd = open(part, O_WRONLY | O_CREAT | O_EXCL, 0644);
	assert_int_equal(write(fd, path, sizeof(path)), sizeof(path));
	close(fd);
	make();
	assert_int_equal(access(part, F_OK), -1);
}

static void nothing_is_left_of_the_unfinished(void **state)
{
	struct err err = {0};
	struct pack *p = NULL;
	(void)state;

	assert_int_equal(pack_create(path, &err, &p), 0);
	assert_int_equal(pack_add(p, "a", "a", 1, &err), 0);
	pack_free(p);
	assert_int_equal(access(part, F_OK), -1);
	assert_int_equal(access(path, F_OK), -1);
	pack_free(NULL);
	unpack_free(NULL);
}

static void a_file_that_shrinks(void **state)
{
	struct err err = {0};
	struct pack *p = NULL;
	FILE *f = tmpfile();
	(void)state;

	fputs("short", f);
	fflush(f);
	rewind(f);
	assert_int_equal(pack_create(path, &err, &p), 0);
	assert_int_equal(pack_add_file(p, "a", fileno(f), 100, &err), ERR_IO);
	assert_non_null(strstr(err.text, "a cannot be read"));
	pack_free(p);
	fclose(f);
}

static void a_full_disk(void **state)
{
	static const char *const FULL = "/dev/full";
	struct err err = {0};
	struct pack *p = NULL;
	int fd = open(FULL, O_WRONLY), rc = 0;
	static char bytes[64 * 1024];
	(void)state;

	assert_int_equal(pack_create(path, &err, &p), 0);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 2654435761u >> 13);
	assert_true(fd > 2);
	/* Whichever descriptor is the archive's now leads to the full disk. */
	for (int at = 3; at < 64; at++) {
		struct stat ours, named;

		if (fstat(at, &ours) == 0 && stat(part, &named) == 0 &&
			ours.st_ino == named.st_ino && ours.st_dev == named.st_dev)
			assert_true(dup2(fd, at) >= 0);
	}
	for (int i = 0; rc == 0 && i < 64; i++) {
		char name[32];

		snprintf(name, sizeof(name), "f%d", i);
		rc = pack_add(p, name, bytes, sizeof(bytes), &err);
	}
	if (rc == 0)
		rc = pack_finish(p, &err);
	assert_int_equal(rc, ERR_FULL);
	pack_free(p);
	close(fd);
	assert_int_equal(access(path, F_OK), -1);
}

/* Each byte in turn: never read as whole with another content. */
static void any_byte_changed(void **state)
{
	struct err err = {0};
	struct stat st;
	int members, bad = 0;
	(void)state;

	make();
	assert_int_equal(read_all(&err, &members), 0);
	assert_int_equal(members, 3);
	assert_int_equal(stat(path, &st), 0);
	for (off_t at = 0; at < st.st_size; at += at < 200 ? 1 : 997) {
		int fd = open(path, O_RDWR);
		unsigned char c;

		assert_int_equal(pread(fd, &c, 1, at), 1);
		c ^= 0x21;
		assert_int_equal(pwrite(fd, &c, 1, at), 1);
		err = (struct err){0};
		if (read_all(&err, &members) < 0) {
			assert_true(err.code == ERR_INVALID || err.code == ERR_TOO_LARGE);
			assert_true(err.text[0]);
			bad++;
		}
		c ^= 0x21;
		assert_int_equal(pwrite(fd, &c, 1, at), 1);
		close(fd);
	}
	assert_true(bad > 150); /* some bytes of gzip's head mean nothing */
}

static void any_length(void **state)
{
	struct err err = {0};
	struct stat st;
	int members;
	(void)state;

	make();
	assert_int_equal(stat(path, &st), 0);
	for (off_t len = st.st_size - 1; len >= 0; len -= len < 100 ? 1 : 991) {
		assert_int_equal(truncate(path, len), 0);
		/* The last bytes are a sum of gzip's, which ours is the better of. */
		if (len < st.st_size - 8)
			assert_int_equal(read_all(&err, &members), ERR_INVALID);
	}
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		TEST(comes_out_again),
		TEST(a_name_is_taken_once),
		TEST(nothing_is_left_of_the_unfinished),
		TEST(a_file_that_shrinks),
		TEST(a_full_disk),
		TEST(any_byte_changed),
		TEST(any_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
