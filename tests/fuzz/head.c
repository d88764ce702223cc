/* Fuzz target: the head of a request, strictly. The input is the request line's version and the
 * lines of the head; they are laid out as the library leaves them (see head.h). What is taken has
 * the lines that were counted, and no doubt about where its body ends. rooms: http base */
#include "fuzz.h"

#include "kit/http/head.h"

/* CR, LF and the first colon of each line become NUL. */
static void cut(char *p, size_t len)
{
	bool colon = false;

	for (size_t i = 0; i < len; i++) {
		bool ends = p[i] == '\r' || p[i] == '\n';

		if (ends || (p[i] == ':' && !colon)) {
			colon = !ends;
			p[i] = '\0';
		}
	}
}

/* Adds the lines of bytes that were taken; their number. */
static int add_lines(const char *p, const char *end, struct head *head)
{
	int lines = 0;

	for (p += 2; p + 2 < end; lines++) {
		const char *value = p + strlen(p) + 1;

		assert(*p && value < end);
		head_add(head, p, value + strspn(value, " \t"));
		p = value + strlen(value) + 2;
	}
	return lines;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *rest = text;
	struct head head = {0};
	struct err err = {0};
	const char *version, *end = text + size;
	int lines = 0, rc = ERR_INVALID;

	memcpy(text, data, size);
	text[size] = '\0';
	version = next_line(&rest);
	cut(rest, (size_t)(end - rest));
	for (; lines < 40 && rc < 0; lines++) {
		rc = head_check_bytes(rest, (size_t)(end - rest), lines, &err);
		check_answer(rc, &err);
	}
	if (rc == 0) {
		assert(add_lines(rest, end, &head) == lines - 1 && head.count == lines - 1);
		rc = head_check(&head, version, &err);
		check_answer(rc, &err);
		assert(rc < 0 || (head.hosts <= 1 && head.lengths + head.encodings <= 1));
		assert(rc < 0 || !head.lengths || head.length >= 0);
	}
	free(text);
	return 0;
}
