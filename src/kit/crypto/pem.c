/* Taking the armour off a key. What is inside is read in key_public.c and key_private.c. */
#include "kit/crypto/pem.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Move *p past prefix, if the text up to end begins with it. */
static bool skip(const char **p, const char *end, const char *prefix)
{
	size_t n = strlen(prefix);

	if ((size_t)(end - *p) < n || memcmp(*p, prefix, n) != 0)
		return false;
	*p += n;
	return true;
}

/* "-----BEGIN LABEL-----" at *p. */
static bool read_label(const char **p, const char *end, char *label, size_t size)
{
	size_t n = 0;

	if (!skip(p, end, "-----BEGIN "))
		return false;
	while (*p < end && **p != '-') {
		if (n + 1 >= size ||
			!((**p >= 'A' && **p <= 'Z') || (**p >= '0' && **p <= '9') || **p == ' '))
			return false;
		label[n++] = *(*p)++;
	}
	label[n] = '\0';
	return n > 0 && skip(p, end, "-----");
}

int pem_open(const char *text, size_t len, struct err *err, struct pem *ret)
{
	const char *p = text, *end = text + len, *body, *stop;
	char tail[64];
	int n;

	if (len > PEM_MAX)
		return err_set(err, ERR_TOO_LARGE, "the key has %zu bytes: at most %zu are taken",
			len, PEM_MAX);
	while (p < end && is_space(*p))
		p++;
	while (end > p && is_space(end[-1]))
		end--;
	if (!read_label(&p, end, ret->label, sizeof(ret->label)))
		return err_set(err, ERR_INVALID,
			"the key is not PEM: it must begin with -----BEGIN and nothing may stand before it");
	n = snprintf(tail, sizeof(tail), "-----END %s-----", ret->label);
	body = p;
	if (end - body < n || memcmp(end - n, tail, (size_t)n) != 0)
		return err_set(err, ERR_INVALID,
			"the key is cut off: it must end with %s and nothing may stand after it",
			tail);
	if (sodium_base642bin(ret->bytes, sizeof(ret->bytes), body, (size_t)(end - n - body),
		    " \t\r\n", &ret->len, &stop, sodium_base64_VARIANT_ORIGINAL) != 0 ||
		stop != end - n)
		return err_set(err, ERR_INVALID,
			"the key is damaged: between its first and its last line only base64 may stand");
	return 0;
}
