/* The context's own error; the rest of a context is plain fields. */
#include "base/ctx.h"

int ctx_fail(struct ctx *cx, int code, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	code = err_vset(&cx->err, code, format, ap);
	va_end(ap);
	return code;
}

int ctx_may_wait(struct ctx *cx, const char *host)
{
	if (!cx->hurried)
		return 0;
	cx->waits_for = host;
	return ctx_fail(cx, ERR_BUSY, "this needs an answer of another server first");
}
