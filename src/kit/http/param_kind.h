/* Kinds of parameters: what each takes. */
#ifndef CHORSU_KIT_HTTP_PARAM_KIND_H
#define CHORSU_KIT_HTTP_PARAM_KIND_H

#include "kit/http/params.h"

/* Check text, decoded and valid UTF-8, against p's kind and limit, and put its canonical form into
 * ret. text may be changed. An empty text of another kind than PARAM_TEXT is taken as absent.
 * ERR_INVALID names p and the text. */
MUST_USE int param_kind_read(
	struct arena *a, const struct param *p, char *text, struct err *err, struct value *ret);

#endif
