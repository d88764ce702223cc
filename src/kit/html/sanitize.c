/* HTML from elsewhere, rebuilt from the allow-list (allow.c) in a form that a parser reads as it
 * was written: sanitizing it again changes nothing. Attributes are written in
 * sanitize_attributes.c.
 *
 * That holds because elements are only opened where HTML's parser would leave them: no block in a
 * paragraph, no link in a link, rows in tables, items in lists. What stands elsewhere closes what
 * it may not stand in, or loses its tags. */
#include "kit/html/sanitize.h"

#include <string.h>

#include "base/str.h"
#include "kit/html/allow.h"
#include "kit/html/html_tree.h"
#include "kit/html/sanitize_attributes.h"
#include "kit/html/sanitize_own.h"
#include "kit/html/template.h"

#define DEPTH_MAX 64
#define LINK_MAX  ((size_t)2048)

struct level {
	const struct allow *allow;
	const GumboElement *from;
};

struct builder {
	struct buf *out;
	const char *own;
	struct level open[DEPTH_MAX];
	int depth;
	bool inline_before; /* something of a line stands before, in this block */
	bool line_break;    /* a block without tags began or ended: what comes is apart */
	bool fresh_pre;     /* "<pre>" was written last; a line feed now would be swallowed */
	bool too_deep;
};

static enum allow_shape shape_at(const struct builder *b, int i)
{
	return b->open[i].allow->shape;
}

static bool is_inline(enum allow_shape shape)
{
	return shape == SHAPE_INLINE || shape == SHAPE_LINK;
}

/* Between the tags of a table, where only rows and cells may stand. */
static bool in_table(const struct builder *b)
{
	enum allow_shape top = b->depth ? shape_at(b, b->depth - 1) : SHAPE_BLOCK;

	return top == SHAPE_TABLE || top == SHAPE_SECTION || top == SHAPE_ROW;
}

static void close_to(struct builder *b, int depth)
{
	while (b->depth > depth) {
		const struct allow *allow = b->open[--b->depth].allow;

		buf_addf(b->out, "</%s>", allow->name);
		b->fresh_pre = false;
		if (!is_inline(allow->shape)) {
			b->inline_before = false;
			b->line_break = false;
		}
	}
}

static void before_inline(struct builder *b)
{
	if (b->line_break && b->inline_before)
		buf_adds(b->out, "<br>");
	b->line_break = false;
}

static bool has_shape(const struct builder *b, enum allow_shape shape)
{
	for (int i = 0; i < b->depth; i++)
		if (shape_at(b, i) == shape)
			return true;
	return false;
}

/* The innermost block, or -1. */
static int block_level(const struct builder *b)
{
	int i = b->depth - 1;

	while (i >= 0 && is_inline(shape_at(b, i)))
		i--;
	return i;
}

/* Make room for an item; false when there is no list. */
static bool place_item(struct builder *b)
{
	int i = block_level(b);

	if (i >= 0 && shape_at(b, i) == SHAPE_PARAGRAPH)
		i--;
	while (i >= 0 && is_inline(shape_at(b, i)))
		i--;
	if (i >= 0 && shape_at(b, i) == SHAPE_ITEM) {
		close_to(b, i);
		return true;
	}
	return i >= 0 && shape_at(b, i) == SHAPE_LIST;
}

static bool place_in_table(const struct builder *b, enum allow_shape shape)
{
	enum allow_shape top;

	if (!b->depth)
		return false;
	top = shape_at(b, b->depth - 1);
	switch (shape) {
	case SHAPE_SECTION:
	case SHAPE_CAPTION:
		return top == SHAPE_TABLE;
	case SHAPE_ROW:
		return top == SHAPE_SECTION;
	default:
		return top == SHAPE_ROW;
	}
}

/* Close what the element may not stand in; false when it must go without its tags. */
static bool place(struct builder *b, const struct allow *allow)
{
	int block;

	if (allow->shape >= SHAPE_SECTION)
		return place_in_table(b, allow->shape);
	if (in_table(b))
		return false;
	if (is_inline(allow->shape))
		return allow->shape != SHAPE_LINK || !has_shape(b, SHAPE_LINK);
	if (allow->shape == SHAPE_HEADING && has_shape(b, SHAPE_HEADING))
		return false;
	if (allow->shape == SHAPE_ITEM && !place_item(b))
		return false;
	block = block_level(b);
	if (block >= 0 && shape_at(b, block) == SHAPE_PARAGRAPH)
		close_to(b, block);
	return true;
}

static void write_tag(
	struct builder *b, const struct allow *allow, const GumboElement *element, const char *link)
{
	if (is_inline(allow->shape))
		before_inline(b);
	buf_addf(b->out, "<%s", allow->name);
	sanitize_attributes(element, allow, link, b->own, b->out);
	buf_addc(b->out, '>');
	b->fresh_pre = allow->shape == SHAPE_BLOCK && str_eq(allow->name, "pre");
	if (!is_inline(allow->shape) || allow->empty) {
		b->inline_before = false;
		b->line_break = false;
	}
}

/* False: there is nothing to close. */
static bool open_kept(struct builder *b, const struct allow *allow, const GumboElement *element)
{
	AUTO(buf_done) struct buf link = BUF(LINK_MAX);
	const char *href = sanitize_attribute(element, "href");

	if (allow->shape == SHAPE_LINK && !(href && allow_link(href, &link)))
		return false;
	if (!place(b, allow)) {
		b->line_break |= !is_inline(allow->shape);
		return false;
	}
	if (allow->empty) {
		write_tag(b, allow, element, buf_text(&link));
		return false;
	}
	if (b->depth == DEPTH_MAX) {
		b->too_deep = true;
		return false;
	}
	write_tag(b, allow, element, buf_text(&link));
	b->open[b->depth++] = (struct level){allow, element};
	return true;
}

static void on_text(void *arg, const char *text);

static bool on_open(void *arg, const GumboElement *element)
{
	struct builder *b = arg;
	const struct allow *allow = allow_of(element->tag);
	const GumboAttribute *alt;

	switch (allow->fate) {
	case ALLOW_DROP:
		return false;
	case ALLOW_ALT:
		alt = gumbo_get_attribute(&element->attributes, "alt");
		if (alt)
			on_text(b, alt->value);
		return false;
	case ALLOW_BREAK:
		b->line_break = true;
		return true;
	case ALLOW_UNWRAP:
		return true;
	case ALLOW_KEEP:
		break;
	}
	return open_kept(b, allow, element) || !allow->empty;
}

static void on_close(void *arg, const GumboElement *element)
{
	struct builder *b = arg;
	const struct allow *allow = allow_of(element->tag);

	for (int i = b->depth - 1; i >= 0; i--) {
		if (b->open[i].from == element) {
			close_to(b, i);
			return;
		}
	}
	if (allow->fate == ALLOW_BREAK || (allow->fate == ALLOW_KEEP && !is_inline(allow->shape)))
		b->line_break = true;
}

static bool is_blank(const char *text)
{
	return text[strspn(text, " \t\n\f\r")] == '\0';
}

/* Is the first character that that is written a line feed? */
static bool begins_line(const char *text)
{
	const char *at = text, *p = text;

	while (*p && !html_pass(&p))
		at = p;
	return *at == '\n';
}

static void on_text(void *arg, const char *text)
{
	struct builder *b = arg;
	bool blank = is_blank(text);
	size_t before;

	if (in_table(b) || !*text || (blank && b->line_break))
		return;
	before_inline(b);
	before = b->out->len;
	if (b->fresh_pre && begins_line(text))
		buf_addc(b->out, '\n');
	sanitize_text(b->out, text);
	if (b->out->len > before)
		b->fresh_pre = false;
	b->inline_before |= !blank;
}

int sanitize_own(const char *html, size_t len, const char *own, struct buf *out, struct err *err)
{
	AUTO(html_tree_freep) struct html_tree *tree = NULL;
	struct builder b = {.out = out, .own = own};
	const struct html_visitor visitor = {
		.open = on_open, .close = on_close, .text = on_text, .arg = &b};
	int rc;

	rc = html_tree_parse(html, len, err, &tree);
	if (rc < 0)
		return rc;
	rc = html_tree_walk(tree, &visitor, err);
	if (rc < 0)
		return rc;
	if (b.too_deep)
		return err_set(err, ERR_TOO_LARGE,
			"the HTML is nested too deep: at most %d elements in one another",
			DEPTH_MAX);
	close_to(&b, 0);
	if (out->failed)
		return err_set(err, ERR_TOO_LARGE,
			"the HTML is too long when it is made safe: at most %zu bytes", out->max);
	return 0;
}

int sanitize_html(const char *html, size_t len, struct buf *out, struct err *err)
{
	return sanitize_own(html, len, NULL, out, err);
}
