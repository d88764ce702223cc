/* The text that a signature of a received request covers. */
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "kit/crypto/httpsig_internal.h"

bool httpsig_carries_body(const char *method)
{
	return str_eq_nocase(method, "post") || str_eq_nocase(method, "put") ||
	       str_eq_nocase(method, "patch");
}

static void add_lower(struct buf *b, const char *s)
{
	for (; *s; s++)
		buf_addc(b, (char)(*s >= 'A' && *s <= 'Z' ? *s - 'A' + 'a' : *s));
}

/* A received value without the white space around it; false when a line break or other control
 * stands within. */
static bool add_value(struct buf *b, const char *value)
{
	const char *end;

	value += strspn(value, " \t");
	end = value + strlen(value);
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	for (const char *c = value; c < end; c++)
		if (((unsigned char)*c < ' ' && *c != '\t') || *c == 0x7f)
			return false;
	buf_add(b, value, (size_t)(end - value));
	return true;
}

/* The value that stands behind one name. False when the request has none. */
static bool add_covered(struct buf *b, const struct httpsig *sig, const struct httpsig_request *rq,
	size_t target_len, const char *name)
{
	const char *value;

	if (strcmp(name, "(request-target)") == 0) {
		add_lower(b, rq->method);
		buf_addc(b, ' ');
		buf_add(b, rq->target, target_len);
		return true;
	}
	if (strcmp(name, "(created)") == 0 || strcmp(name, "(expires)") == 0) {
		int64_t at = name[1] == 'c' ? sig->created : sig->expires;

		buf_addf(b, "%lld", (long long)(at / 1000));
		return at > 0;
	}
	value = rq->header_of(rq->arg, name);
	return value && add_value(b, value);
}

int httpsig_text(struct arena *a, const struct httpsig *sig, const struct httpsig_request *rq,
	size_t target_len, struct err *err, const char **ret)
{
	AUTO(buf_done) struct buf b = BUF(HTTPSIG_TEXT_MAX);
	char name[HTTPSIG_NAME_MAX + 1];
	const char *out;

	for (const char *list = sig->headers; httpsig_next_name(&list, name);) {
		if (b.len > 0)
			buf_addc(&b, '\n');
		buf_adds(&b, name);
		buf_adds(&b, ": ");
		if (!add_covered(&b, sig, rq, target_len, name))
			return err_set(err, ERR_UNAUTHENTICATED,
				"the signature covers %s, which the request does not have in a "
				"usable form",
				name);
	}
	if (b.failed)
		return err_set(err, ERR_UNAUTHENTICATED,
			"the signed headers have more than %zu bytes", HTTPSIG_TEXT_MAX);
	out = arena_copy(a, buf_text(&b), b.len);
	if (!out)
		return err_set(err, ERR_MEMORY, "no memory to verify a signature");
	*ret = out;
	return 0;
}
