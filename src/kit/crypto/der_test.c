/* Reading DER: each form that is taken, each that is not, and that nothing moves when it is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "kit/crypto/der.h"

enum form { ELEMENT, UNSIGNED, SEVEN, BITS };

static const struct row {
	const char *title;
	enum form form;
	const char *bytes;
	size_t len;
	int content; /* bytes of the content, -1: not taken */
	size_t left;
} rows[] = {
	{"nothing", ELEMENT, "", 0, -1, 0},
	{"tag alone", ELEMENT, "\x04", 1, -1, 0},
	{"empty", ELEMENT, "\x04\x00", 2, 0, 0},
	{"other tag", ELEMENT, "\x05\x00", 2, -1, 0},
	{"whole", ELEMENT, "\x04\x02xy", 4, 2, 0},
	{"more follows", ELEMENT, "\x04\x01xy", 4, 1, 1},
	{"one byte short", ELEMENT, "\x04\x03xy", 4, -1, 0},
	{"far too short", ELEMENT, "\x04\x7fxy", 4, -1, 0},
	{"indefinite", ELEMENT, "\x04\x80\x00\x00", 4, -1, 0},
	{"length cut off", ELEMENT, "\x04\x81", 2, -1, 0},
	{"two-byte length cut off", ELEMENT, "\x04\x82\x01", 3, -1, 0},
	{"long form of 2", ELEMENT, "\x04\x81\x02xy", 5, -1, 0},
	{"two-byte form of 2", ELEMENT, "\x04\x82\x00\x02xy", 6, -1, 0},
	{"three-byte form", ELEMENT, "\x04\x83\x00\x00\x02xy", 7, -1, 0},
	{"eight-byte form", ELEMENT, "\x04\x88\xff\xff\xff\xff\xff\xff\xff\xff", 10, -1, 0},
	{"long and short", ELEMENT, "\x04\x81\x80xy", 5, -1, 0},
	{"zero", UNSIGNED, "\x02\x01\x00", 3, 1, 0},
	{"127", UNSIGNED, "\x02\x01\x7f", 3, 1, 0},
	{"128", UNSIGNED, "\x02\x02\x00\x80", 4, 1, 0},
	{"256", UNSIGNED, "\x02\x02\x01\x00", 4, 2, 0},
	{"no byte", UNSIGNED, "\x02\x00", 2, -1, 0},
	{"-1", UNSIGNED, "\x02\x01\xff", 3, -1, 0},
	{"-128", UNSIGNED, "\x02\x01\x80", 3, -1, 0},
	{"needless zero", UNSIGNED, "\x02\x02\x00\x7f", 4, -1, 0},
	{"two zeros", UNSIGNED, "\x02\x03\x00\x00\x80", 5, -1, 0},
	{"seven", SEVEN, "\x02\x01\x07", 3, 0, 0},
	{"eight", SEVEN, "\x02\x01\x08", 3, -1, 0},
	{"seven and more", SEVEN, "\x02\x02\x07\x00", 4, -1, 0},
	{"bits", BITS, "\x03\x03\x00xy", 5, 2, 0},
	{"no bits", BITS, "\x03\x01\x00", 3, 0, 0},
	{"unused bits", BITS, "\x03\x03\x01xy", 5, -1, 0},
	{"no count of unused bits", BITS, "\x03\x00", 2, -1, 0},
};

static bool take(enum form form, struct der *d, struct der *content)
{
	switch (form) {
	case ELEMENT:
		return der_take(d, DER_OCTET_STRING, content);
	case UNSIGNED:
		return der_take_unsigned(d, content);
	case SEVEN:
		return der_take_small(d, 7);
	case BITS:
		return der_take_bits(d, content);
	}
	return false;
}

static void takes_the_strict_forms_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct row *row = &rows[i];
		unsigned char *bytes = malloc(row->len + !row->len); /* a sanitizer sees one more */
		struct der d = {.p = bytes, .left = row->len}, before = d, content = {0};
		bool taken;

		memcpy(bytes, row->bytes, row->len);
		taken = take(row->form, &d, &content);
		if (taken != (row->content >= 0))
			fail_msg("%s: taken %d", row->title, taken);
		if (taken && (content.left != (size_t)row->content || d.left != row->left ||
				     d.p != bytes + row->len - row->left))
			fail_msg("%s: %zu bytes, %zu left", row->title, content.left, d.left);
		if (!taken && (d.p != before.p || d.left != before.left))
			fail_msg("%s: moved", row->title);
		free(bytes);
	}
}

static void takes_long_lengths(void **state)
{
	static const size_t lengths[] = {127, 128, 255, 256, 65535};
	unsigned char *bytes = calloc(1, 65535 + 4);

	(void)state;
	for (size_t i = 0; i < LENGTH(lengths); i++) {
		size_t n = lengths[i], head = n < 128 ? 2 : n < 256 ? 3 : 4;
		struct der d = {.p = bytes, .left = head + n}, content;

		bytes[0] = DER_SEQUENCE;
		bytes[1] = (unsigned char)(0x80 + head - 2);
		if (head == 4)
			bytes[2] = (unsigned char)(n >> 8);
		bytes[head - 1] = (unsigned char)n; /* the short form overwrites bytes[1] */
		assert_true(der_take(&d, DER_SEQUENCE, &content));
		assert_int_equal(content.left, n);
		assert_int_equal(d.left, 0);
		d = (struct der){.p = bytes, .left = head + n - 1};
		assert_false(der_take(&d, DER_SEQUENCE, &content));
	}
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_the_strict_forms_alone),
		cmocka_unit_test(takes_long_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
