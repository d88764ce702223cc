/* QR codes as pictures of lines, for print and for screens. */
#ifndef CHORSU_SITE_QR_H
#define CHORSU_SITE_QR_H

#include "base/buf.h"
#include "base/err.h"

#define QR_TEXT_MAX 1000 /* bytes */

/* An SVG document whose code says text, black on white with the quiet zone of four modules that the
 * standard asks for (ISO/IEC 18004), error correction M. Appends to out. ERR_TOO_LARGE,
 * ERR_INTERNAL. */
MUST_USE int qr_svg(const char *text, struct buf *out, struct err *err);

#endif
