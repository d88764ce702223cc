/* What comes back: the head is measured, the body kept up to its limit or thrown away. */
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/str.h"
#include "kit/fetch/loop.h"

#define RETRY_AFTER_MAX (7 * DAY)

int64_t answer_retry_after(const char *value, size_t len)
{
	char text[48];
	int64_t seconds, at;

	while (len > 0 && (*value == ' ' || *value == '\t'))
		value++, len--;
	while (len > 0 && strchr(" \t\r\n", value[len - 1]))
		len--;
	if (len == 0 || len >= sizeof(text) || memchr(value, '\0', len))
		return -1;
	memcpy(text, value, len);
	text[len] = '\0';
	if (strspn(text, "0123456789") == len) {
		/* Past the limit, and past 64 bits, is the limit all the same. */
		if (!str_to_int64(text + strspn(text, "0"), &seconds))
			seconds = text[strspn(text, "0")] ? RETRY_AFTER_MAX : 0;
		return seconds < RETRY_AFTER_MAX / SECOND ? seconds * SECOND : RETRY_AFTER_MAX;
	}
	at = clock_parse_http_date(text);
	if (at < 0)
		return -1;
	at -= clock_now();
	return at < 0 ? 0 : at < RETRY_AFTER_MAX ? at : RETRY_AFTER_MAX;
}

static bool is_header(const char *line, size_t len, const char *name)
{
	size_t n = strlen(name);

	return len > n && strncasecmp(line, name, n) == 0;
}

size_t answer_head(char *line, size_t one, size_t len, void *p)
{
	struct slot *slot = p;

	(void)one;
	slot->head_bytes += len;
	if (slot->head_bytes > ANSWER_HEAD_MAX)
		return 0;
	if (len > 5 && memcmp(line, "HTTP/", 5) == 0) {
		slot->retry_after_ms = -1; /* what an interim answer said does not count */
		slot->in_head = true;
	} else if (line[0] == '\r' || line[0] == '\n') {
		slot->in_head = false; /* trailers come after this */
	} else if (slot->in_head && slot->retry_after_ms < 0 &&
		   is_header(line, len, "Retry-After:")) {
		slot->retry_after_ms = answer_retry_after(line + 12, len - 12);
	}
	return len;
}

static size_t hand_on(struct slot *slot, const char *bytes, size_t len)
{
	long status = 0;

	curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status < 200 || status > 299)
		return len; /* what an error says is for people */
	slot->refused = slot->t->take(slot->t, bytes, len);
	return slot->refused ? 0 : len;
}

size_t answer_body(char *bytes, size_t one, size_t len, void *p)
{
	struct slot *slot = p;

	(void)one;
	slot->body_bytes += len;
	if (slot->t->answer_max == 0) {
		if (slot->body_bytes <= DISCARD_MAX)
			return len;
		slot->cut = true;
		return 0;
	}
	if (slot->body_bytes > slot->t->answer_max) {
		slot->full = true;
		return 0;
	}
	if (slot->t->take)
		return hand_on(slot, bytes, len);
	buf_add(&slot->answer, bytes, len);
	return slot->answer.failed ? 0 : len;
}
