/* Taking a Signature header apart. Whether it is to be believed is judged in httpsig_verify.c. */
#include <string.h>

#include "base/str.h"
#include "kit/crypto/httpsig_internal.h"

/* The last second of the year 9999: later ones are refused before they overflow anything. */
#define SECONDS_MAX 253402300799

enum param { KEY_ID, ALGORITHM, HEADERS, SIGNATURE, CREATED, EXPIRES, PARAMS };

static const char *const names[PARAMS] = {
	"keyId", "algorithm", "headers", "signature", "created", "expires"};

const char *httpsig_shown(struct arena *a, const char *value)
{
	char *out = arena_copy(a, value, strnlen(value, 64));

	if (!out)
		return "";
	for (char *c = out; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return out;
}

bool httpsig_next_name(const char **list, char *out)
{
	size_t n = strcspn(*list, " ");

	if (n < 1 || n > HTTPSIG_NAME_MAX)
		return false;
	memcpy(out, *list, n);
	out[n] = '\0';
	*list += n + ((*list)[n] == ' ');
	return true;
}

bool httpsig_covers(const struct httpsig *sig, const char *name)
{
	char one[HTTPSIG_NAME_MAX + 1];

	for (const char *list = sig->headers; httpsig_next_name(&list, one);)
		if (strcmp(one, name) == 0)
			return true;
	return false;
}

static bool is_token(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c));
}

static const char *skip_space(const char *s)
{
	return s + strspn(s, " \t");
}

/* A quoted string at *s, which stands on its first quote; *s moves past the last one. NULL when
 * there is no end or a control character within, or no memory. */
static char *take_quoted(struct arena *a, const char **s)
{
	const char *p = *s + 1;
	char *out = arena_alloc(a, strlen(p) + 1);
	size_t n = 0;

	while (out && *p != '"') {
		if (*p == '\\')
			p++;
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return NULL;
		out[n++] = *p++;
	}
	*s = p + 1;
	return out;
}

/* name=token or name="text" at *s, which moves past it. */
static int take_param(struct arena *a, const char **s, struct err *err, const char **ret_name,
	const char **ret_value)
{
	const char *p = *s;
	size_t n = 0;

	while (is_token(p[n]))
		n++;
	*ret_name = arena_copy(a, p, n);
	if (n == 0 || p[n] != '=')
		return err_set(err, ERR_INVALID,
			"the Signature header is malformed at \"%s\": name=\"value\" must stand "
			"there",
			httpsig_shown(a, p));
	p += n + 1;
	if (*p == ':')
		return err_set(err, ERR_UNAUTHENTICATED,
			"the signature follows RFC 9421: sign by draft-cavage-http-signatures-12 "
			"(keyId, algorithm, headers, signature)");
	if (*p == '"') {
		*ret_value = take_quoted(a, &p);
	} else {
		for (n = 0; is_token(p[n]);)
			n++;
		*ret_value = n > 0 ? arena_copy(a, p, n) : NULL;
		p += n;
	}
	if (!*ret_value || !*ret_name)
		return err_set(err, arena_failed(a) ? ERR_MEMORY : ERR_INVALID,
			"the Signature header's %s has no well-formed value: put it in double "
			"quotes",
			httpsig_shown(a, *ret_name ? *ret_name : ""));
	*s = p;
	return 0;
}

/* All parameters; those not known are passed over. */
static int take_params(struct arena *a, const char *s, struct err *err, const char *values[PARAMS])
{
	for (s = skip_space(s);; s = skip_space(s + 1)) {
		const char *name = NULL, *value = NULL;
		int rc = take_param(a, &s, err, &name, &value);

		if (rc < 0)
			return rc;
		for (size_t i = 0; i < PARAMS; i++) {
			if (!str_eq_nocase(name, names[i]))
				continue;
			if (values[i])
				return err_set(err, ERR_INVALID,
					"the Signature header gives %s twice", names[i]);
			values[i] = value;
		}
		s = skip_space(s);
		if (!*s)
			return 0;
		if (*s != ',')
			return err_set(err, ERR_INVALID,
				"the Signature header is malformed at \"%s\": a comma must stand "
				"there",
				httpsig_shown(a, s));
	}
}

static bool is_header_name(const char *name)
{
	if (name[0] == '(')
		return str_eq(name, "(request-target)") || str_eq(name, "(created)") ||
		       str_eq(name, "(expires)");
	while (is_token(*name))
		name++;
	return !*name;
}

/* The list of headers in lower case with single spaces. */
static int read_headers(struct arena *a, const char *text, struct err *err, struct httpsig *sig)
{
	char *out = arena_alloc(a, strlen(text) + 2);
	char name[HTTPSIG_NAME_MAX + 1];
	size_t len = 0, count = 0;

	if (!out)
		return err_set(err, ERR_MEMORY, "no memory for a signature");
	sig->headers = out;
	for (const char *p = text + strspn(text, " "); *p; p += strspn(p, " ")) {
		if (++count > HTTPSIG_HEADERS_MAX)
			return err_set(err, ERR_INVALID,
				"the signature covers more than %d headers", HTTPSIG_HEADERS_MAX);
		if (!httpsig_next_name(&p, name))
			return err_set(err, ERR_INVALID,
				"the signature covers a header whose name has over %d bytes",
				HTTPSIG_NAME_MAX);
		for (char *c = name; *c; c++)
			if (*c >= 'A' && *c <= 'Z')
				*c = (char)(*c - 'A' + 'a');
		if (!is_header_name(name))
			return err_set(err, ERR_INVALID,
				"the signature covers \"%s\", which is no header's name",
				httpsig_shown(a, name));
		if (httpsig_covers(sig, name))
			return err_set(err, ERR_INVALID, "the signature covers %s twice", name);
		if (len > 0)
			out[len++] = ' ';
		memcpy(out + len, name, strlen(name));
		len += strlen(name);
	}
	if (count == 0)
		return err_set(err, ERR_INVALID, "the signature's list of headers is empty");
	return 0;
}

/* Seconds since 1970 to milliseconds; absent is 0. */
static int read_time(
	struct arena *a, const char *name, const char *text, struct err *err, int64_t *ret)
{
	int64_t seconds;

	if (!text)
		return 0;
	if (!str_to_int64(text, &seconds) || seconds < 1 || seconds > SECONDS_MAX)
		return err_set(err, ERR_INVALID,
			"the signature's %s is \"%s\": it must be whole seconds since 1970", name,
			httpsig_shown(a, text));
	*ret = seconds * 1000;
	return 0;
}

static int read_signature(struct arena *a, const char *text, struct err *err, struct httpsig *sig)
{
	sig->signature = str_unbase64(a, text, &sig->signature_len);
	if (sig->signature && sig->signature_len > 0 && sig->signature_len <= KEY_SIGNATURE_MAX)
		return 0;
	return err_set(err, arena_failed(a) ? ERR_MEMORY : ERR_INVALID,
		"the signature itself must be 1 to %d bytes in base64", KEY_SIGNATURE_MAX);
}

int httpsig_parse(struct arena *a, const char *header, struct err *err, struct httpsig *ret)
{
	const char *values[PARAMS] = {NULL};
	struct httpsig sig = {0};
	int rc;

	if (!header)
		return err_set(err, ERR_INVALID, "there is no Signature header");
	if (strnlen(header, HTTPSIG_HEADER_MAX + 1) > HTTPSIG_HEADER_MAX)
		return err_set(err, ERR_INVALID, "the Signature header has more than %zu bytes",
			HTTPSIG_HEADER_MAX);
	rc = take_params(a, header, err, values);
	if (rc < 0)
		return rc;
	if (!values[KEY_ID] || !*values[KEY_ID])
		return err_set(err, ERR_INVALID, "the Signature header has no keyId");
	for (const char *c = values[KEY_ID]; *c; c++)
		if (*c <= ' ' || *c > '~')
			return err_set(err, ERR_INVALID,
				"the keyId \"%s\" is no address: percent-encode it",
				httpsig_shown(a, values[KEY_ID]));
	if (!values[SIGNATURE])
		return err_set(err, ERR_INVALID, "the Signature header has no signature");
	sig.key_id = values[KEY_ID];
	sig.algorithm = values[ALGORITHM] ? values[ALGORITHM] : "";
	rc = read_signature(a, values[SIGNATURE], err, &sig);
	if (rc == 0)
		rc = read_headers(a, values[HEADERS] ? values[HEADERS] : "date", err, &sig);
	if (rc == 0)
		rc = read_time(a, "created", values[CREATED], err, &sig.created);
	if (rc == 0)
		rc = read_time(a, "expires", values[EXPIRES], err, &sig.expires);
	if (rc == 0)
		*ret = sig;
	return rc;
}

int httpsig_read(
	struct arena *a, const struct httpsig_request *rq, struct err *err, struct httpsig *ret)
{
	const char *header = rq->header_of(rq->arg, "signature");

	if (header)
		return httpsig_parse(a, header, err, ret);
	if (rq->header_of(rq->arg, "signature-input"))
		return err_set(err, ERR_UNAUTHENTICATED,
			"the request has a Signature-Input header (RFC 9421) and no Signature: "
			"sign by draft-cavage-http-signatures-12");
	return err_set(err, ERR_UNAUTHENTICATED, "the request has no Signature header: sign it");
}
