#include "feature/site/search_excerpt.h"

#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/str.h"
#include "kit/html/template.h"
#include "kit/text/fold.h"

#define HITS_MAX   50
#define LEAD_CHARS 60 /* before the first hit */
#define ROOM       (64 * KIB)

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Some characters back from byte `from`, to the beginning of a word. */
static size_t step_back(const char *text, size_t from, size_t chars)
{
	size_t at = from;

	while (at > 0 && chars > 0) {
		at--;
		if (!is_continuation(text[at]))
			chars--;
	}
	if (at == 0)
		return 0;
	while (at < from && text[at] != ' ' && text[at] != '\n')
		at++;
	return at < from ? at + 1 : from;
}

static size_t step_on(const char *text, size_t from, size_t chars)
{
	size_t at = from, space = from;

	for (; text[at] && chars > 0; chars--) {
		if (text[at] == ' ' || text[at] == '\n')
			space = at;
		at++;
		while (is_continuation(text[at]))
			at++;
	}
	return text[at] && space > from ? space : at;
}

static void add(struct arena *a, struct buf *out, const char *text, size_t begin, size_t end)
{
	const char *piece = arena_copy(a, text + begin, end - begin);

	if (piece)
		html_escape(out, piece);
	else
		out->failed = true;
}

/* "word*" finds all that begins so; here whatever was typed may be a beginning, when one was. */
static bool has_prefix(const char *query)
{
	return strchr(query, '*') != NULL;
}

char *search_excerpt(struct arena *a, const char *text, const char *query, size_t max)
{
	AUTO(buf_done) struct buf out = BUF(ROOM);
	const struct fold_hit *hits = NULL;
	size_t count = 0, at, end;

	if (text_hits(a, text, query, has_prefix(query), HITS_MAX, &hits, &count) < 0)
		count = 0;
	at = count ? step_back(text, hits[0].begin, LEAD_CHARS) : 0;
	end = step_on(text, at, max);
	if (at > 0)
		buf_adds(&out, "… ");
	for (size_t i = 0; i < count && hits[i].end <= end; i++) {
		add(a, &out, text, at, hits[i].begin);
		buf_adds(&out, "<mark>");
		add(a, &out, text, hits[i].begin, hits[i].end);
		buf_adds(&out, "</mark>");
		at = hits[i].end;
	}
	add(a, &out, text, at, end);
	if (text[end])
		buf_adds(&out, " …");
	return out.failed ? NULL : arena_strdup(a, buf_text(&out));
}
