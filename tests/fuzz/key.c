/* Fuzz target: keys in PEM, public ones as other servers send them and private ones. What is taken
 * is written in one form, which is taken as the same. rooms: crypto base */
#include "fuzz.h"

#include "kit/crypto/key.h"

typedef int read_fn(const char *pem, size_t len, struct err *err, struct key **ret);

static void check(read_fn *read, char *(*write)(struct arena *a, const struct key *k),
	const char *pem, size_t len)
{
	AUTO(arena_freep) struct arena *a = arena_new(256 * KIB);
	AUTO(key_freep) struct key *key = NULL, *again = NULL;
	struct err err = {0};
	int rc = read(pem, len, &err, &key);
	char *text;

	check_answer(rc, &err);
	if (rc < 0)
		return;
	text = write(a, key);
	assert(text && read(text, strlen(text), &err, &again) == 0);
	assert(key_kind(again) == key_kind(key) && str_eq(write(a, again), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *pem = (const char *)data;

	check(key_from_public_pem, key_public_pem, pem, size);
	check(key_from_private_pem, key_private_pem, pem, size);
	return 0;
}
