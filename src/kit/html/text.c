/* The readable text of HTML, for previews, letters and search. Which elements count is in allow.c.
 */
#include "kit/html/allow.h"
#include "kit/html/html_tree.h"
#include "kit/html/sanitize.h"

struct writer {
	struct buf *out;
	size_t start; /* where our text begins in out */
	int feeds;    /* line feeds due before the next character */
	bool space;   /* a space is due before the next character of this line */
	int pre;      /* open <pre> elements */
};

/* A block begins or ends. */
static void apart(struct writer *w)
{
	if (!w->feeds)
		w->feeds = 1;
	w->space = false;
}

static void line_break(struct writer *w)
{
	w->feeds++;
	w->space = false;
}

static void add(struct writer *w, const char *p, size_t len)
{
	for (; w->feeds; w->feeds--)
		if (w->out->len > w->start)
			buf_addc(w->out, '\n');
	if (w->space && w->out->len > w->start && w->out->data[w->out->len - 1] != '\n')
		buf_addc(w->out, ' ');
	w->space = false;
	buf_add(w->out, p, len);
}

static void on_text(void *arg, const char *text)
{
	struct writer *w = arg;

	while (*text) {
		const char *at = text;
		bool wanted = html_pass(&text);

		if (*at == '\n' && w->pre)
			line_break(w);
		else if ((*at == ' ' || *at == '\n' || *at == '\t') && !w->pre)
			w->space = !w->feeds;
		else if (wanted)
			add(w, at, (size_t)(text - at));
	}
}

static bool on_open(void *arg, const GumboElement *element)
{
	struct writer *w = arg;
	const struct allow *allow = allow_of(element->tag);
	const GumboAttribute *alt;

	if (allow->fate == ALLOW_DROP)
		return false;
	if (allow->fate == ALLOW_ALT) {
		alt = gumbo_get_attribute(&element->attributes, "alt");
		if (alt)
			on_text(w, alt->value);
		return false;
	}
	if (element->tag == GUMBO_TAG_BR)
		line_break(w);
	else if (allow->shape == SHAPE_CELL)
		w->space = true;
	else if (allow->fate == ALLOW_BREAK || allow->shape >= SHAPE_BLOCK)
		apart(w);
	w->pre += element->tag == GUMBO_TAG_PRE;
	return true;
}

static void on_close(void *arg, const GumboElement *element)
{
	struct writer *w = arg;
	const struct allow *allow = allow_of(element->tag);

	w->pre -= element->tag == GUMBO_TAG_PRE;
	if (allow->shape == SHAPE_CELL)
		w->space = true;
	else if (allow->fate == ALLOW_BREAK || allow->shape >= SHAPE_BLOCK)
		apart(w);
}

int html_to_text(const char *html, size_t len, struct buf *out, struct err *err)
{
	AUTO(html_tree_freep) struct html_tree *tree = NULL;
	struct writer w = {.out = out, .start = out->len};
	const struct html_visitor visitor = {
		.open = on_open, .close = on_close, .text = on_text, .arg = &w};
	int rc;

	rc = html_tree_parse(html, len, err, &tree);
	if (rc < 0)
		return rc;
	rc = html_tree_walk(tree, &visitor, err);
	if (rc < 0)
		return rc;
	if (out->failed)
		return err_set(err, ERR_TOO_LARGE,
			"the text of the HTML is too long: at most %zu bytes", out->max);
	return 0;
}
