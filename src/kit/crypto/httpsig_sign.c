/* Making the Signature header of a request that is sent. The dearest step of a delivery is the
 * key's own; the rest here is to cost next to nothing: no allocation, one pass. */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "kit/crypto/httpsig_internal.h"

#define TEXT_MAX (4 * KIB)

/* May this stand as a header's value without changing on the way? */
static bool is_value(const char *s)
{
	size_t len;

	if (!s || !*s)
		return false;
	for (len = 0; s[len]; len++)
		if ((unsigned char)s[len] < ' ' || s[len] == 0x7f)
			return false;
	return s[0] != ' ' && s[len - 1] != ' ';
}

/* May this stand within a line, between quotes or between spaces? */
static bool is_word(const char *s, const char *refused)
{
	return is_value(s) && !strpbrk(s, refused);
}

static bool may_sign(const char *key_id, const struct httpsig_message *m)
{
	if (!is_word(key_id, "\"\\") || !is_word(m->method, " \"\\") || !is_word(m->target, " "))
		return false;
	if (!is_value(m->host) || !is_value(m->date))
		return false;
	if (m->digest ? !is_value(m->digest) : httpsig_carries_body(m->method))
		return false;
	return !m->content_type || is_value(m->content_type);
}

/* The text to sign into out; its length, or as snprintf when it does not fit. */
static int write_text(const struct httpsig_message *m, char *out, size_t size)
{
	int n = snprintf(out, size, "(request-target): %s %s\nhost: %s\ndate: %s%s%s%s%s",
		m->method, m->target, m->host, m->date, m->digest ? "\ndigest: " : "",
		m->digest ? m->digest : "", m->content_type ? "\ncontent-type: " : "",
		m->content_type ? m->content_type : "");
	char *verb = out + strlen("(request-target): ");

	if (n < 0 || (size_t)n >= size)
		return n;
	for (char *c = verb; *c != ' '; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return n;
}

int httpsig_sign(const struct key *key, const char *key_id, const struct httpsig_message *m,
	char *out, size_t size)
{
	char text[TEXT_MAX];
	unsigned char sig[KEY_SIGNATURE_MAX];
	char base64[KEY_SIGNATURE_MAX / 3 * 4 + 8];
	size_t len;
	int rc, n;

	if (!may_sign(key_id, m))
		return ERR_INVALID;
	n = write_text(m, text, sizeof(text));
	if (n < 0)
		return ERR_INTERNAL;
	if ((size_t)n >= sizeof(text))
		return ERR_TOO_LARGE;
	rc = key_sign(key, text, (size_t)n, sig, &len);
	if (rc < 0)
		return rc;
	EVP_EncodeBlock((unsigned char *)base64, sig, (int)len);
	n = snprintf(out, size,
		"Signature: keyId=\"%s\",algorithm=\"%s\",headers=\"(request-target) host "
		"date%s%s\",signature=\"%s\"",
		key_id, key_kind(key) == KEY_RSA ? "rsa-sha256" : "hs2019",
		m->digest ? " digest" : "", m->content_type ? " content-type" : "", base64);
	if (n < 0)
		return ERR_INTERNAL;
	return (size_t)n < size ? 0 : ERR_TOO_LARGE;
}
