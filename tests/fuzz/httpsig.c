/* Fuzz target (libFuzzer): the parser of Signature headers and the checks made before a key is
 * fetched.
 *
 * Input: lines "name: value" ended by LF, as a request has them, with three names of the fuzzer's
 * own: ":method", ":target" and ":now" (ms); an empty line; the body. See corpus/httpsig. Beyond
 * not crashing, what is parsed must keep to its form, and no refusal goes without a sentence.
 * rooms: crypto base */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "kit/crypto/httpsig.h"

#define LINES_MAX 32

struct input {
	const char *names[LINES_MAX], *values[LINES_MAX];
	size_t count;
	const char *body;
	size_t body_len;
};

static const char *value_of(const void *arg, const char *name)
{
	const struct input *in = arg;

	for (size_t i = 0; i < in->count; i++)
		if (str_eq_nocase(in->names[i], name))
			return in->values[i];
	return NULL;
}

/* Cut text (len bytes and a NUL) into lines, in place. */
static void split(char *text, size_t len, struct input *in)
{
	char *end = text + len;

	for (char *line = text; line < end && in->count < LINES_MAX;) {
		char *stop = memchr(line, '\n', (size_t)(end - line));
		char *colon;

		if (stop == line) {
			in->body = line + 1;
			in->body_len = (size_t)(end - line - 1);
			return;
		}
		if (stop)
			*stop = '\0';
		colon = strstr(line + (*line == ':'), ": ");
		if (colon) {
			*colon = '\0';
			in->names[in->count] = line;
			in->values[in->count++] = colon + 2;
		}
		line = stop ? stop + 1 : end;
	}
}

static void check_form(const struct httpsig *sig)
{
	size_t names = 1;

	assert(*sig->key_id && sig->signature_len > 0 && sig->signature_len <= KEY_SIGNATURE_MAX);
	assert(sig->created >= 0 && sig->expires >= 0);
	assert(*sig->headers && *sig->headers != ' ' && !strstr(sig->headers, "  ") &&
		!str_ends(sig->headers, " "));
	for (const char *c = sig->headers; *c; c++) {
		assert(!(*c >= 'A' && *c <= 'Z') && *c >= ' ' && *c <= '~');
		names += *c == ' ';
	}
	assert(names <= 16);
}

/* Refused with a sentence that can be logged, or not refused. */
static void check_answer(int rc, const struct err *err)
{
	assert(rc <= 0 && (rc == 0 || (err->code == rc && *err->text)));
	assert(rc == 0 || str_is_text(err->text, strlen(err->text)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const hosts[] = {"pages.example", "localhost:8080", NULL};
	struct arena *a = arena_new(MIB);
	struct input in = {.body = ""};
	struct httpsig_request rq = {.hosts = hosts, .header_of = value_of, .arg = &in};
	struct httpsig sig;
	struct err err = {0};
	char *text = arena_copy(a, data, size);
	const char *now;
	int rc;

	if (!text)
		goto out;
	split(text, size, &in);
	rq.method = value_of(&in, ":method") ? value_of(&in, ":method") : "POST";
	rq.target = value_of(&in, ":target") ? value_of(&in, ":target") : "/inbox";
	now = value_of(&in, ":now");
	if (!now || !str_to_int64(now, &rq.now) || rq.now > INT64_MAX / 2)
		rq.now = 1795490145000;
	rq.body = in.body;
	rq.body_len = in.body_len;
	rc = httpsig_read(a, &rq, &err, &sig);
	check_answer(rc, &err);
	if (rc < 0)
		goto out;
	check_form(&sig);
	err = (struct err){0};
	check_answer(httpsig_precheck(a, &sig, &rq, &err), &err);
out:
	arena_free(a);
	return 0;
}
