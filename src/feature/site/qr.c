#include "feature/site/qr.h"

#include <stdlib.h>
#include <string.h>

#include <qrencode.h>

#define QUIET 4 /* modules around */

/* The dark modules of a row as runs: one rectangle each. */
static void add_row(struct buf *out, const QRcode *code, int y)
{
	const unsigned char *row = code->data + (size_t)y * (size_t)code->width;

	for (int x = 0, end; x < code->width; x = end) {
		for (end = x + 1; end < code->width && (row[end] & 1) == (row[x] & 1);)
			end++;
		if (row[x] & 1)
			buf_addf(out, "M%d %dh%dv1H%dz", x + QUIET, y + QUIET, end - x, x + QUIET);
	}
}

int qr_svg(const char *text, struct buf *out, struct err *err)
{
	QRcode *code;
	int size;

	if (strlen(text) > QR_TEXT_MAX)
		return err_set(
			err, ERR_TOO_LARGE, "%zu bytes are too much for a QR code", strlen(text));
	code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
	if (!code)
		return err_set(err, ERR_INTERNAL, "the QR code could not be made");
	size = code->width + 2 * QUIET;
	buf_addf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"240\" height=\"240\""
		" shape-rendering=\"crispEdges\"><rect width=\"%d\" height=\"%d\" fill=\"#fff\"/><path d=\"",
		size, size, size, size);
	for (int y = 0; y < code->width; y++)
		add_row(out, code, y);
	buf_adds(out, "\"/></svg>\n");
	QRcode_free(code);
	return 0;
}
