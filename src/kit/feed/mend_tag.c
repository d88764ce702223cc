/* Tags: which elements are open, which end tags are missing, attributes as XML wants them. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "kit/feed/mend_own.h"
#include "kit/feed/text.h"

#define ATTRIBUTES_MAX 64 /* of a tag; further ones are dropped */

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* Names of elements and attributes that feeds use; "<Ўзбекистон>" is text. */
bool mend_starts_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool mend_is_name(char c)
{
	return mend_starts_name(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
}

static size_t name_length(const char *s)
{
	size_t len = 0;

	while (mend_is_name(s[len]))
		len++;
	return len;
}

static const char *name_at(const struct mend *m, int depth)
{
	return m->names + m->starts[depth - 1];
}

static const char *local(const char *name)
{
	const char *colon = strchr(name, ':');

	return colon ? colon + 1 : name;
}

static bool is_one_of(const char *name, const char *const *list)
{
	while (*list && strcasecmp(*list, name) != 0)
		list++;
	return *list != NULL;
}

static bool is_root(const char *name)
{
	static const char *const ROOTS[] = {"rss", "RDF", "feed", "channel", NULL};

	return is_one_of(local(name), ROOTS);
}

static bool is_item(const char *name)
{
	return str_eq(name, "item") || str_eq(local(name), "entry");
}

/* Elements of HTML that have no end tag; feeds have none of the same name. */
static bool is_void(const char *name)
{
	static const char *const NAMES[] = {"br", "hr", "img", "input", "wbr", NULL};

	return is_one_of(name, NAMES);
}

/* Elements of HTML that end where the next of the same name begins. */
static bool ends_itself(const char *name)
{
	static const char *const NAMES[] = {
		"p", "li", "tr", "td", "th", "dt", "dd", "option", NULL};

	return is_one_of(name, NAMES);
}

static void close_one(struct mend *m)
{
	buf_addf(&m->out, "</%s>", name_at(m, m->depth));
	m->names_len = m->starts[--m->depth];
	if (!m->depth)
		m->place = AFTER;
}

static void close_to(struct mend *m, int depth)
{
	while (m->depth > depth)
		close_one(m);
}

/* A name of an element or attribute, or a namespace: false when there were too many others. */
static bool is_known(struct mend *m, const char *name, size_t len)
{
	unsigned char hash[crypto_shorthash_BYTES];
	uint32_t bit;

	crypto_shorthash(hash, (const unsigned char *)name, len, m->key);
	memcpy(&bit, hash, sizeof bit);
	bit %= MEND_KNOWN_BITS;
	if (m->known[bit / 8] & (1 << bit % 8))
		return true;
	if (m->known_count == MEND_KNOWN_MAX)
		return false;
	m->known_count++;
	m->known[bit / 8] |= (unsigned char)(1 << bit % 8);
	return true;
}

/* False when too much is open already. */
static bool open_one(struct mend *m, const char *name, size_t len)
{
	if (m->depth == FEED_DEPTH_MAX || m->names_len + len + 1 > MEND_NAMES_MAX ||
		!is_known(m, name, len))
		return false;
	m->starts[m->depth++] = (uint16_t)m->names_len;
	memcpy(m->names + m->names_len, name, len);
	m->names_len += len;
	m->names[m->names_len++] = '\0';
	return true;
}

/* What begins inside of what it cannot be inside of. */
static void close_before(struct mend *m, const char *name)
{
	if (!m->depth)
		return;
	if (ends_itself(name) && strcasecmp(name_at(m, m->depth), name) == 0) {
		mend_fault(m, "HTML stands in the XML without CDATA");
		close_one(m);
	}
	for (int depth = 2; is_item(name) && depth <= m->depth; depth++)
		if (is_item(name_at(m, depth))) {
			mend_fault(m, "an item begins before the one before it ends");
			close_to(m, depth - 1);
			return;
		}
}

void mend_end_tag(struct mend *m, const char *name, size_t len)
{
	char sentence[MEND_NAME_MAX + 40];
	int depth = m->depth;

	while (depth &&
		(strlen(name_at(m, depth)) != len || memcmp(name_at(m, depth), name, len) != 0))
		depth--;
	if (!depth) {
		snprintf(sentence, sizeof sentence, "</%.*s> closes what was not open",
			(int)(len < MEND_NAME_MAX ? len : MEND_NAME_MAX), name);
		mend_fault(m, sentence);
		return;
	}
	if (depth < m->depth) {
		snprintf(sentence, sizeof sentence, "<%.*s> is not closed", MEND_NAME_MAX,
			name_at(m, m->depth));
		mend_fault(m, sentence);
	}
	close_to(m, depth - 1);
}

bool mend_ends_cdata(const struct mend *m, const char *name)
{
	for (int depth = m->depth; depth; depth--)
		if (strcmp(name_at(m, depth), name) == 0)
			return is_item(name) || is_root(name) ||
			       (depth == m->depth && !feed_is_element(name, strlen(name)));
	return false;
}

/* One character of a value, or a reference in it; its length in s. */
static size_t write_character(struct mend *m, const char *s, const char *end)
{
	size_t n = 1;

	if (*s == '<') {
		buf_adds(&m->out, "&lt;");
	} else if (*s == '"') {
		buf_adds(&m->out, "&quot;");
	} else if (*s == '&') {
		while (s + n < end && n < MEND_REF_MAX && (mend_is_name(s[n]) || s[n] == '#'))
			n++;
		n += s + n < end && s[n] == ';';
		if (!mend_reference(s, n, &m->out))
			mend_fault(m, MEND_BARE);
	} else {
		buf_addc(&m->out, *s);
	}
	return n;
}

/* The value at s, which ends at *ret_end: quoted or up to a space. Written in double quotes. */
static void write_value(struct mend *m, const char *s, const char **ret_end)
{
	char quote = *s == '"' || *s == '\'' ? *s++ : 0;
	const char *end = s;

	while (*end && (quote ? *end != quote : !is_space(*end)))
		end++;
	if (!quote)
		mend_fault(m, "the value of an attribute stands without quotes");
	*ret_end = *end ? end + 1 : end;
	buf_addc(&m->out, '"');
	while (s < end)
		s += write_character(m, s, end);
	buf_addc(&m->out, '"');
}

static const char *pass_spaces(const char *s)
{
	while (is_space(*s))
		s++;
	return s;
}

/* Names of a tag's attributes so far, as XML allows none twice. They point into the tag. */
struct seen {
	const char *names[ATTRIBUTES_MAX];
	size_t lens[ATTRIBUTES_MAX];
	size_t count;
};

/* False for one that was there already, and when there are too many. */
static bool is_new(struct seen *seen, const char *name, size_t len)
{
	if (seen->count == ATTRIBUTES_MAX)
		return false;
	for (size_t i = 0; i < seen->count; i++)
		if (seen->lens[i] == len && memcmp(seen->names[i], name, len) == 0)
			return false;
	seen->names[seen->count] = name;
	seen->lens[seen->count++] = len;
	return true;
}

/* One attribute at s; returns what is after it. */
static const char *write_attribute(struct mend *m, const char *s, struct seen *seen)
{
	size_t len = name_length(s), before = m->out.len, value;
	bool kept = is_new(seen, s, len) && is_known(m, s, len);
	bool ns = str_starts(s, "xmlns");

	buf_addc(&m->out, ' ');
	buf_add(&m->out, s, len);
	buf_addc(&m->out, '=');
	value = m->out.len;
	s = pass_spaces(s + len);
	if (*s == '=')
		write_value(m, pass_spaces(s + 1), &s);
	else
		buf_adds(&m->out, "\"\"");
	if (m->out.failed)
		return s;
	if (kept && ns)
		kept = is_known(m, m->out.data + value, m->out.len - value);
	if (!kept) {
		mend_fault(m, "an attribute stands twice, or there are too many");
		m->out.data[before] = '\0';
		m->out.len = before;
	}
	return s;
}

static void write_attributes(struct mend *m, const char *s)
{
	struct seen seen = {.count = 0};

	while (*s) {
		if (mend_starts_name(*s))
			s = write_attribute(m, s, &seen);
		else if (*s++ == '\n')
			buf_addc(&m->out, '\n'); /* lines stay true */
	}
}

static void start_tag(struct mend *m)
{
	char *text = m->tag.data, name[MEND_NAME_MAX];
	bool empty = m->tag.len > 1 && text[m->tag.len - 1] == '/';
	size_t len = name_length(text);

	if (empty)
		text[--m->tag.len] = '\0';
	snprintf(name, sizeof name, "%.*s", (int)(len < MEND_NAME_MAX ? len : MEND_NAME_MAX), text);
	if (!*m->first)
		snprintf(m->first, sizeof m->first, "%s", local(name));
	if (!m->depth && !is_root(name))
		return;
	close_before(m, name);
	if (!open_one(m, text, len)) {
		mend_fault(
			m, "elements are nested too deep, or of too many names; one was left out");
		return;
	}
	if (m->junk && m->depth == 1)
		mend_fault(m, "something stands before the XML declaration or the first tag");
	buf_addc(&m->out, '<');
	buf_add(&m->out, text, len);
	write_attributes(m, text + len);
	buf_addc(&m->out, '>');
	if (empty || is_void(name))
		close_one(m);
}

void mend_tag(struct mend *m)
{
	const char *text = m->tag.data;
	char name[MEND_NAME_MAX];
	size_t len;

	if (m->tag.failed) {
		mend_fault(m, "a tag is too long and was left out");
		return;
	}
	if (*text != '/') {
		start_tag(m);
		return;
	}
	len = name_length(text + 1);
	snprintf(name, sizeof name, "%.*s", (int)(len < MEND_NAME_MAX ? len : MEND_NAME_MAX),
		text + 1);
	if (!is_void(name)) /* that one is closed already */
		mend_end_tag(m, text + 1, len);
}
