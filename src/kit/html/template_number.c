/* Numbers as JavaScript writes them (ECMAScript, Number::toString), which is what Mustache's
 * specification expects. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit/html/template_tree.h"

#define DIGITS_MAX 17 /* tell every double from every other */

/* The fewest digits that read back as n, and where the point stands: 0.digits × 10^ret_point. */
static void shortest(double n, char digits[DIGITS_MAX + 1], int *ret_point)
{
	char text[40];
	char *e;
	size_t len;

	for (int precision = 0; precision < DIGITS_MAX; precision++) {
		snprintf(text, sizeof text, "%.*e", precision, n);
		if (strtod(text, NULL) == n)
			break;
	}
	e = strchr(text, 'e');
	*ret_point = (int)strtol(e + 1, NULL, 10) + 1;
	digits[0] = text[0]; /* "d.ddde+xx", or "de+xx" */
	len = text[1] == '.' ? (size_t)(e - text) - 2 : 0;
	memcpy(digits + 1, text + 2, len);
	digits[1 + len] = '\0';
}

void template_number(struct buf *out, double n)
{
	char digits[DIGITS_MAX + 1];
	int point, len;

	if (n == 0) {
		buf_addc(out, '0');
		return;
	}
	if (n < 0)
		buf_addc(out, '-');
	shortest(n < 0 ? -n : n, digits, &point);
	len = (int)strlen(digits);
	if (point > 21 || point < -5) {
		buf_addf(out, "%c%s%se%c%d", digits[0], len > 1 ? "." : "", digits + 1,
			point > 0 ? '+' : '-', abs(point - 1));
	} else if (point <= 0) {
		buf_addf(out, "0.%.*s%s", -point, "00000", digits);
	} else if (point >= len) {
		buf_addf(out, "%s%.*s", digits, point - len, "00000000000000000000");
	} else {
		buf_addf(out, "%.*s.%s", point, digits, digits + point);
	}
}
