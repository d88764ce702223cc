/* A reader of tags that forgives, between the bytes and the XML parser.
 *
 * A parser must stop at the first fault, and feeds are full of faults that anybody would see
 * through. This one knows just enough of XML to see them: text, references, tags with attributes,
 * CDATA, comments, instructions, document types. It holds one tag at a time, and writes what is
 * well-formed. */
#include "kit/feed/mend.h"

#include <sodium.h>
#include <string.h>

#include "base/str.h"
#include "kit/feed/mend_own.h"
#include "kit/feed/text.h"

#define OUT_MAX ((size_t)16 * KIB) /* handed on at once, but for one tag */

static void step(struct mend *m, char c);

int mend_new(const struct mend_sink *sink, struct err *err, struct mend **ret)
{
	struct mend *m = calloc(1, sizeof *m);

	if (!m)
		return err_set(err, ERR_MEMORY, "There is not enough memory to read the feed.");
	m->sink = *sink;
	m->line = 1;
	randombytes_buf(m->key, sizeof m->key);
	/* Each character of a tag may become a reference, and a tag may close all that is open. */
	buf_init(&m->out, OUT_MAX + 8 * FEED_TAG_MAX + 2 * MEND_NAMES_MAX);
	buf_init(&m->tag, FEED_TAG_MAX);
	*ret = m;
	return 0;
}

void mend_free(struct mend *m)
{
	if (!m)
		return;
	buf_done(&m->out);
	buf_done(&m->tag);
	free(m);
}

void mend_fault(struct mend *m, const char *sentence)
{
	if (m->depth)
		m->sink.fault(m->sink.arg, m->line, sentence);
}

static int flush(struct mend *m)
{
	int rc;

	if (m->out.failed)
		return ERR_MEMORY;
	rc = m->out.len ? m->sink.text(m->sink.arg, m->out.data, m->out.len) : 0;
	buf_clear(&m->out);
	return rc;
}

/* Text is written once the root stands open; line feeds before it, so that lines are true. */
static void write_text(struct mend *m, char c)
{
	if (m->depth || c == '\n')
		buf_addc(&m->out, c);
}

bool mend_reference(const char *ref, size_t len, struct buf *out)
{
	static const char *const OWN[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"};
	uint32_t c = 0;

	for (size_t i = 0; i < LENGTH(OWN); i++)
		if (strlen(OWN[i]) == len && memcmp(ref, OWN[i], len) == 0) {
			buf_add(out, ref, len);
			return true;
		}
	if (feed_reference(ref, len, &c) == len) {
		if (c)
			buf_addf(out, "&#%u;", c);
		return ref[1] == '#';
	}
	buf_adds(out, "&amp;");
	buf_add(out, ref + 1, len - 1);
	return false;
}

static void end_reference(struct mend *m)
{
	m->place = TEXT;
	if (m->depth && !mend_reference(m->ref, m->ref_len, &m->out))
		mend_fault(m, MEND_BARE);
}

static void step_reference(struct mend *m, char c)
{
	bool inside = (c == '#' && m->ref_len == 1) || mend_is_name(c);

	if ((inside || c == ';') && m->ref_len + 1 < MEND_REF_MAX) {
		m->ref[m->ref_len++] = c;
		if (c == ';')
			end_reference(m);
		return;
	}
	end_reference(m);
	step(m, c);
}

static void step_text(struct mend *m, char c)
{
	if (c == '<') {
		m->place = OPENING;
	} else if (!m->depth) {
		m->junk |= c != '\n' && c != ' ' && c != '\t';
		write_text(m, c);
	} else if (c == '&') {
		m->place = REFERENCE;
		m->ref[0] = c;
		m->ref_len = 1;
	} else if (c == '>') {
		buf_adds(&m->out, "&gt;"); /* "]]>" may not stand in text */
	} else {
		write_text(m, c);
	}
}

/* The very first characters: nothing may stand before an XML declaration, not even a space. */
static void step_before(struct mend *m, char c)
{
	m->place = TEXT;
	m->junk = c != '<';
	step_text(m, c);
}

static void begin_tag(struct mend *m, char c)
{
	m->place = TAG;
	m->quote = 0;
	m->before = c;
	buf_clear(&m->tag);
	buf_addc(&m->tag, c);
}

static void step_opening(struct mend *m, char c)
{
	if (mend_starts_name(c) || c == '/') {
		begin_tag(m, c);
	} else if (c == '!') {
		m->place = BANG;
		m->ref_len = 0;
	} else if (c == '?') {
		m->place = INSTRUCTION;
		m->tail[1] = 0;
	} else {
		mend_fault(m, "a \"<\" stands for itself; write &lt;");
		if (m->depth)
			buf_adds(&m->out, "&lt;");
		m->place = TEXT;
		step(m, c);
	}
}

/* Collected in m->ref: "--", "[CDATA[", or the beginning of what else. */
static void step_bang(struct mend *m, char c)
{
	static const char MARK[] = "[CDATA[";

	m->ref[m->ref_len++] = c;
	m->tail[0] = m->tail[1] = 0;
	if (m->ref_len == 2 && memcmp(m->ref, "--", 2) == 0) {
		m->place = COMMENT;
	} else if (m->ref_len == strlen(MARK) && memcmp(m->ref, MARK, strlen(MARK)) == 0) {
		m->place = CDATA;
		m->ref_len = 0;
		m->brackets = 0;
	} else if (memcmp(m->ref, MARK, m->ref_len) != 0 && !(m->ref_len == 1 && c == '-')) {
		size_t len = m->ref_len;

		m->place = DOCTYPE;
		m->brackets = 0;
		m->quote = 0;
		for (size_t i = 0; i < len; i++)
			step(m, m->ref[i]);
	}
}

/* True when what ends by two times mark and ">" ends with c. */
static bool ends(struct mend *m, char c, char mark)
{
	bool found = c == '>' && m->tail[0] == mark && m->tail[1] == mark;

	m->tail[0] = m->tail[1];
	m->tail[1] = c;
	return found;
}

/* CDATA is handed on as text: the parser would hold a section until it ends. */
static void write_escaped(struct mend *m, char c)
{
	const char *sign = m->depth ? strchr("<>&", c) : NULL;

	if (sign)
		buf_adds(&m->out, *sign == '<' ? "&lt;" : *sign == '>' ? "&gt;" : "&amp;");
	else
		write_text(m, c);
}

/* In CDATA: "]" that may be of its end, and in m->ref "<" with what follows it as long as that may
 * be an end tag. Only one of them is held at a time. */
static void write_held(struct mend *m)
{
	for (; m->brackets; m->brackets--)
		write_escaped(m, ']');
	for (size_t i = 0; i < m->ref_len; i++)
		write_escaped(m, m->ref[i]);
	m->ref_len = 0;
}

static bool is_forgotten(struct mend *m)
{
	m->ref[m->ref_len] = '\0';
	return m->ref_len > 2 && m->ref[1] == '/' && mend_ends_cdata(m, m->ref + 2);
}

static void step_cdata(struct mend *m, char c)
{
	if (m->ref_len && (mend_is_name(c) || c == '/') && m->ref_len + 1 < MEND_REF_MAX) {
		m->ref[m->ref_len++] = c;
	} else if (c == '>' && m->ref_len && is_forgotten(m)) {
		mend_fault(m, "CDATA has no \"]]>\"");
		m->place = TEXT;
		mend_end_tag(m, m->ref + 2, m->ref_len - 2);
		m->ref_len = 0;
	} else if (c == '>' && m->brackets >= 2) {
		m->brackets -= 2;
		write_held(m);
		m->place = TEXT;
	} else if (c == ']' && !m->ref_len) {
		m->brackets++;
	} else {
		write_held(m);
		if (c == ']')
			m->brackets++;
		else if (c == '<')
			m->ref[m->ref_len++] = c;
		else
			write_escaped(m, c);
	}
}

static void step_passed(struct mend *m, char c)
{
	bool end = ends(m, c, '-');

	if (m->place == INSTRUCTION)
		end = c == '>' && m->tail[0] == '?';
	if (c == '\n')
		write_text(m, c);
	if (end)
		m->place = TEXT;
}

/* Declarations inside may hold quotes, in which brackets mean nothing. */
static void step_doctype(struct mend *m, char c)
{
	if (c == '\n')
		write_text(m, c);
	if (m->quote) {
		if (c == m->quote)
			m->quote = 0;
	} else if (c == '"' || (c == '\'' && m->brackets)) {
		m->quote = c;
	} else if (c == '[') {
		m->brackets++;
	} else if (c == ']') {
		m->brackets -= m->brackets > 0;
	} else if (c == '>' && !m->brackets) {
		m->place = TEXT;
	}
}

static void step_tag(struct mend *m, char c)
{
	if (c == '>' && !m->quote) {
		m->place = TEXT;
		mend_tag(m);
		return;
	}
	if (m->quote) {
		if (c == m->quote)
			m->quote = 0;
	} else if ((c == '"' || c == '\'') && m->before == '=') {
		m->quote = c;
	} else if (c == '<') {
		mend_fault(m, "a tag has no \">\"");
		m->place = OPENING; /* the unfinished one is dropped */
		return;
	}
	if (c != ' ' && c != '\t' && c != '\n')
		m->before = c;
	buf_addc(&m->tag, c);
}

static void step(struct mend *m, char c)
{
	static void (*const STEPS[])(struct mend *, char) = {[BEFORE] = step_before,
		[TEXT] = step_text,
		[REFERENCE] = step_reference,
		[OPENING] = step_opening,
		[TAG] = step_tag,
		[BANG] = step_bang,
		[CDATA] = step_cdata,
		[COMMENT] = step_passed,
		[INSTRUCTION] = step_passed,
		[DOCTYPE] = step_doctype};

	if (m->place != AFTER)
		STEPS[m->place](m, c);
}

/* Text that holds nothing special, at once. */
static size_t pass_text(struct mend *m, const char *p, size_t len)
{
	size_t n = 0;

	bool cdata = m->place == CDATA && !m->ref_len && !m->brackets;

	if (!m->depth || (m->place != TEXT && !cdata))
		return 0;
	while (n < len && !strchr("<>&\n]", p[n]))
		n++;
	if (n)
		buf_add(&m->out, p, n);
	return n;
}

int mend_push(struct mend *m, const char *p, size_t len)
{
	while (len && m->rc == 0) {
		size_t n = pass_text(m, p, len < OUT_MAX ? len : OUT_MAX);

		if (!n) {
			n = 1;
			step(m, *p);
			m->line += *p == '\n';
		}
		p += n;
		len -= n;
		/* Not inside of a character. */
		if (m->out.len >= OUT_MAX && (!len || (*p & 0xC0) != 0x80))
			m->rc = flush(m);
	}
	return m->rc;
}

int mend_end(struct mend *m)
{
	if (m->rc == 0)
		m->rc = flush(m);
	return m->rc;
}

bool mend_is_whole(const struct mend *m)
{
	return m->place == AFTER;
}

const char *mend_first(const struct mend *m)
{
	return m->first;
}

bool mend_has_root(const struct mend *m)
{
	return m->depth > 0 || m->place == AFTER;
}

int mend_line(const struct mend *m)
{
	return m->line;
}
