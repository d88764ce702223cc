/* Base64, hex, percent-encoding. */
#include <string.h>

#include "base/str.h"

static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *str_base64(struct arena *a, const void *p, size_t len)
{
	const unsigned char *in = p;
	/* Past half of all addresses the sum would overflow; no arena has that much. */
	char *text = arena_alloc(a, len < SIZE_MAX / 2 ? (len + 2) / 3 * 4 + 1 : SIZE_MAX),
	     *out = text;

	if (!text)
		return NULL;
	for (size_t i = 0; i < len; i += 3) {
		size_t n = len - i;
		uint32_t bits = (uint32_t)in[i] << 16 | (n > 1 ? (uint32_t)in[i + 1] << 8 : 0) |
				(n > 2 ? in[i + 2] : 0);

		*out++ = BASE64[bits >> 18];
		*out++ = BASE64[bits >> 12 & 63];
		*out++ = n > 1 ? BASE64[bits >> 6 & 63] : '=';
		*out++ = n > 2 ? BASE64[bits & 63] : '=';
	}
	return text;
}

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* By hand: libsodium 1.0.18 takes bytes above 0x7F for digits where char is signed. */
unsigned char *str_unbase64(struct arena *a, const char *s, size_t *ret_len)
{
	size_t text_len = s ? strlen(s) : 1, padding = 0, len = 0;
	unsigned char *bytes;
	uint32_t bits = 0;

	if (text_len % 4 != 0)
		return NULL;
	while (padding < 2 && padding < text_len && s[text_len - 1 - padding] == '=')
		padding++;
	bytes = arena_alloc(a, text_len / 4 * 3 + 1);
	if (!bytes)
		return NULL;
	for (size_t i = 0; i < text_len - padding; i++) {
		int value = base64_value(s[i]);

		if (value < 0)
			return NULL;
		bits = bits << 6 | (uint32_t)value;
		if (i % 4 != 0)
			bytes[len++] = (unsigned char)(bits >> (6 - i % 4 * 2));
	}
	/* Bits that fall away must be 0, or many texts would stand for the same bytes. */
	if (padding && (bits & (padding == 1 ? 3 : 15)) != 0)
		return NULL;
	*ret_len = len;
	return bytes;
}

static const char HEX_LOWER[] = "0123456789abcdef";
static const char HEX_UPPER[] = "0123456789ABCDEF";

void str_hex(const void *p, size_t len, char *out)
{
	const unsigned char *bytes = p;

	for (size_t i = 0; i < len; i++) {
		*out++ = HEX_LOWER[bytes[i] >> 4];
		*out++ = HEX_LOWER[bytes[i] & 15];
	}
	*out = '\0';
}

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

char *str_url_encode(struct arena *a, const char *s, const char *keep)
{
	size_t len = 0;
	char *text, *out;

	for (const char *p = s; *p; p++)
		len += is_unreserved(*p) || (keep && strchr(keep, *p)) ? 1 : 3;
	text = out = arena_alloc(a, len + 1);
	if (!text)
		return NULL;
	for (; *s; s++) {
		if (is_unreserved(*s) || (keep && strchr(keep, *s))) {
			*out++ = *s;
			continue;
		}
		*out++ = '%';
		*out++ = HEX_UPPER[(unsigned char)*s >> 4];
		*out++ = HEX_UPPER[(unsigned char)*s & 15];
	}
	return text;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool str_url_decode(char *s, bool plus)
{
	char *out = s;

	for (; *s; s++) {
		int high, low;

		if (*s != '%') {
			*out++ = plus && *s == '+' ? ' ' : *s;
			continue;
		}
		high = hex_value(s[1]);
		low = high < 0 ? -1 : hex_value(s[2]);
		if (low < 0 || (high == 0 && low == 0))
			return false;
		*out++ = (char)(high << 4 | low);
		s += 2;
	}
	*out = '\0';
	return true;
}
