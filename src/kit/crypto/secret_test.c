/* The store's secret: its file and what is sealed under it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "kit/crypto/crypto_testing.h"

static struct secret *fresh(void)
{
	struct err err = {0};
	struct secret *s = NULL;

	unlink(testing_path("secret.key"));
	assert_int_equal(secret_create(testing_path("secret.key"), &err), 0);
	assert_int_equal(secret_load(testing_path("secret.key"), &err, &s), 0);
	return s;
}

static void creates_a_private_file_once(void **state)
{
	unsigned char one[64], other[64];
	struct err err = {0};
	struct stat st;
	mode_t old = umask(0);

	(void)state;
	secret_free(fresh());
	umask(old);
	assert_int_equal(stat(testing_path("secret.key"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(testing_read("secret.key", one, sizeof(one)), 32);
	assert_int_equal(secret_create(testing_path("secret.key"), &err), ERR_CONFLICT);
	assert_non_null(strstr(err.text, "secret.key exists already"));
	assert_int_equal(testing_read("secret.key", other, sizeof(other)), 32);
	assert_memory_equal(one, other, 32);
	secret_free(fresh());
	assert_int_equal(testing_read("secret.key", other, sizeof(other)), 32);
	assert_memory_not_equal(one, other, 32);
}

static void refuses_to_create(void **state)
{
	static const struct {
		const char *before, *name;
		int code;
		const char *fragment;
	} rows[] = {
		{"true", "nowhere/secret.key", ERR_NOT_FOUND, "cannot be created"},
		{"touch file", "file/secret.key", ERR_NOT_FOUND, "cannot be created"},
		{"ln -s elsewhere link", "link", ERR_CONFLICT, "exists already"},
		{"true", ".", ERR_CONFLICT, "exists already"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct err err = {0};

		assert_int_equal(testing_run(rows[i].before), 0);
		assert_int_equal(secret_create(testing_path(rows[i].name), &err), rows[i].code);
		if (!strstr(err.text, rows[i].fragment))
			fail_msg("row %zu: %s", i, err.text);
	}
	assert_int_not_equal(testing_run("test -e elsewhere"), 0);
}

/* A disk that takes 16 bytes and no more leaves no half file behind. */
static void leaves_nothing_when_writing_fails(void **state)
{
	struct rlimit old, small;
	struct err err = {0};
	int rc;

	(void)state;
	unlink(testing_path("secret.key"));
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = (struct rlimit){.rlim_cur = 16, .rlim_max = old.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	rc = secret_create(testing_path("secret.key"), &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(rc, ERR_IO);
	assert_non_null(strstr(err.text, "cannot be written"));
	assert_int_not_equal(access(testing_path("secret.key"), F_OK), 0);
}

static void refuses_to_load(void **state)
{
	static const struct {
		const char *before;
		int code;
		const char *fragment;
	} rows[] = {
		{"rm -f s", ERR_NOT_FOUND, "cannot be read"},
		{"head -c 32 /dev/urandom >s; chmod 640 s", ERR_DENIED, "run chmod 600 /tmp/"},
		{"chmod 604 s", ERR_DENIED, "(mode 0604): run chmod 600"},
		{"chmod 610 s", ERR_DENIED, "chmod 600"},
		{"chmod 602 s", ERR_DENIED, "chmod 600"},
		{"chmod 666 s", ERR_DENIED, "chmod 600"},
		{"chmod 600 s; : >s", ERR_INVALID, "holds 0 bytes, not 32"},
		{"head -c 31 /dev/urandom >s", ERR_INVALID, "holds 31 bytes, not 32"},
		{"head -c 33 /dev/urandom >s", ERR_INVALID, "holds 33 bytes, not 32"},
		{"head -c 65 /dev/urandom >s", ERR_INVALID, "holds 65 bytes, not 32"},
		{"rm s; mkfifo -m 600 s", ERR_INVALID, "not a plain file"},
		{"rm s; ln -s s s", ERR_IO, "cannot be read"},
		{"rm s; ln -s /dev/zero s", ERR_INVALID, "not a plain file"},
		{"rm s; ln -s . s", ERR_INVALID, "not a plain file"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct secret *s = NULL;
		struct err err = {0};
		int rc;

		assert_int_equal(testing_run(rows[i].before), 0);
		rc = secret_load(testing_path("s"), &err, &s);
		if (rc != rows[i].code || err.code != rc || !strstr(err.text, rows[i].fragment) ||
			s)
			fail_msg("row %zu: %d %s", i, rc, err.text);
	}
	assert_int_equal(testing_run("rm s"), 0);
}

static void opens_what_it_sealed(void **state)
{
	static const char *const texts[] = {"", "x", "-----BEGIN PRIVATE KEY-----\nqwerty\n"};
	struct arena *a = arena_new(MIB);
	struct secret *s = fresh();

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++) {
		size_t len = strlen(texts[i]), sealed_len, again_len, open_len;
		unsigned char *sealed = secret_seal(a, s, texts[i], len, &sealed_len);
		unsigned char *again = secret_seal(a, s, texts[i], len, &again_len);
		char *open = secret_open(a, s, sealed, sealed_len, &open_len);

		assert_non_null(open);
		assert_int_equal(sealed_len, len + 40);
		assert_int_equal(open_len, len);
		assert_string_equal(open, texts[i]);
		assert_memory_not_equal(
			sealed, again, sealed_len); /* a nonce of its own each time */
	}
	secret_free(s);
	arena_free(a);
}

static void opens_nothing_else(void **state)
{
	struct arena *a = arena_new(MIB);
	struct secret *s = fresh(), *other = fresh();
	size_t len, open_len;
	unsigned char *sealed = secret_seal(a, s, "the resident's address", 22, &len);

	(void)state;
	assert_non_null(secret_open(a, s, sealed, len, &open_len));
	assert_null(secret_open(a, other, sealed, len, &open_len));
	assert_null(secret_open(a, s, NULL, 0, &open_len));
	for (size_t n = 0; n < len; n++)
		assert_null(secret_open(a, s, sealed, n, &open_len));
	for (size_t i = 0; i < len * 8; i++) {
		sealed[i / 8] ^= (unsigned char)(1 << i % 8);
		assert_null(secret_open(a, s, sealed, len, &open_len));
		sealed[i / 8] ^= (unsigned char)(1 << i % 8);
	}
	assert_non_null(secret_open(a, s, sealed, len, &open_len));
	secret_free(s);
	secret_free(other);
	arena_free(a);
}

static void fails_closed_without_memory(void **state)
{
	struct secret *s = fresh();
	char text[4096] = "x";

	(void)state;
	for (size_t max = 0; max < 9000; max += 64) {
		struct arena *a = arena_new(max);
		size_t len, open_len;
		unsigned char *sealed = secret_seal(a, s, text, sizeof(text), &len);
		char *open = sealed ? secret_open(a, s, sealed, len, &open_len) : NULL;

		if (open)
			assert_memory_equal(open, text, sizeof(text));
		else
			assert_true(arena_failed(a));
		arena_free(a);
	}
	secret_free(s);
}

static int setup(void **state)
{
	(void)state;
	testing_directory();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	testing_directory_remove();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(creates_a_private_file_once),
		cmocka_unit_test(refuses_to_create),
		cmocka_unit_test(leaves_nothing_when_writing_fails),
		cmocka_unit_test(refuses_to_load),
		cmocka_unit_test(opens_what_it_sealed),
		cmocka_unit_test(opens_nothing_else),
		cmocka_unit_test(fails_closed_without_memory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
