/* Parsing by gumbo inside bounds, and the walk. What is kept of the tree is decided in sanitize.c
 * and text.c; what gumbo is spared is in html_guard.c.
 *
 * gumbo takes any input, but three things of it are not for strangers: it frees its tree by
 * recursion, it does not look whether an allocation failed, and some of its steps cost time in
 * proportion to depth or to the attributes of a tag. So it gets its memory from an arena that is
 * freed as a whole and ends the parse by a jump when it is used up; html_guard() bounds depth and
 * attributes. */
#include "kit/html/html_tree.h"

#include <setjmp.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

#define MEMORY_MAX (64 * MIB)
#define FRAMES_MAX 1024

struct html_tree {
	struct arena *arena;
	const GumboNode *root;
	jmp_buf escape;
};

void html_tree_free(struct html_tree *t)
{
	if (t)
		arena_free(t->arena); /* t itself lives in it */
}

void html_tree_freep(struct html_tree **t)
{
	html_tree_free(*t);
}

static void *take(void *arg, size_t size)
{
	struct html_tree *t = arg;
	void *p = arena_alloc(t->arena, size);

	if (!p)
		longjmp(t->escape, 1);
	return p;
}

static void give(void *arg, void *p)
{
	(void)arg;
	(void)p;
}

/* False when the parse was ended. Nothing outside the arena is held by gumbo when take() jumps. */
static bool run(struct html_tree *t, const char *html, size_t len)
{
	GumboOptions options = kGumboDefaultOptions;
	const GumboOutput *output;

	options.allocator = take;
	options.deallocator = give;
	options.userdata = t;
	options.max_errors = 0;
	options.fragment_context = GUMBO_TAG_DIV;
	if (setjmp(t->escape) != 0)
		return false;
	output = gumbo_parse_with_options(&options, html, len);
	t->root = output->root;
	return true;
}

/* Without control characters, for which gumbo would write U+FFFD, and with that for bytes that are
 * no UTF-8. */
static char *clean(struct arena *a, const char *html, size_t len, size_t *ret_len)
{
	char *copy = arena_copy(a, html, len), *out = arena_alloc(a, len * 3 + 1);
	size_t n = 0;

	if (!copy || !out)
		return NULL;
	for (const char *p = copy; p < copy + len;) {
		const char *at = p;
		bool wanted;

		if (!*p) {
			p++;
			continue;
		}
		wanted = html_pass(&p);
		if (wanted || *at == '\r' || *at == '\f') {
			memcpy(out + n, at, (size_t)(p - at));
			n += (size_t)(p - at);
		} else if (p - at == 1 && (unsigned char)*at >= 0x80) {
			n += str_utf8_put(0xFFFD, out + n);
		}
	}
	*ret_len = n;
	return out;
}

int html_tree_parse(const char *html, size_t len, struct err *err, struct html_tree **ret)
{
	struct arena *a;
	struct html_tree *t;
	int rc;

	if (len > HTML_INPUT_MAX)
		return err_set(err, ERR_TOO_LARGE, "the HTML has %zu bytes; at most %zu are taken",
			len, HTML_INPUT_MAX);
	a = arena_new(MEMORY_MAX);
	if (!a)
		return err_set(err, ERR_MEMORY, "not enough memory");
	t = arena_alloc(a, sizeof *t);
	if (!len)
		html = "";
	else if (!str_is_text(html, len))
		html = clean(a, html, len, &len);
	if (!t || !html) {
		rc = err_set(err, ERR_MEMORY, "not enough memory");
		goto fail;
	}
	t->arena = a;
	rc = html_guard(html, len, err);
	if (rc < 0)
		goto fail;
	if (!run(t, html, len)) {
		rc = err_set(err, ERR_TOO_LARGE,
			"the HTML is too intricate: elements that are never closed multiply");
		goto fail;
	}
	*ret = t;
	return 0;
fail:
	arena_free(a);
	return rc;
}

/* One element on the way from the root. */
struct frame {
	const GumboElement *element;
	unsigned int next; /* child */
};

static bool enters(const GumboNode *node, const struct html_visitor *visitor)
{
	return (node->type == GUMBO_NODE_ELEMENT || node->type == GUMBO_NODE_TEMPLATE) &&
	       node->v.element.tag_namespace == GUMBO_NAMESPACE_HTML &&
	       visitor->open(visitor->arg, &node->v.element);
}

static bool is_text(const GumboNode *node)
{
	return node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE ||
	       node->type == GUMBO_NODE_CDATA;
}

int html_tree_walk(const struct html_tree *t, const struct html_visitor *visitor, struct err *err)
{
	struct frame *frames = arena_array(t->arena, FRAMES_MAX, sizeof *frames);
	size_t depth = 0;

	if (!frames)
		return err_set(err, ERR_MEMORY, "not enough memory");
	frames[depth++].element = &t->root->v.element;
	while (depth) {
		struct frame *top = &frames[depth - 1];
		const GumboNode *node;

		if (top->next == top->element->children.length) {
			if (--depth)
				visitor->close(visitor->arg, top->element);
			continue;
		}
		node = top->element->children.data[top->next++];
		if (is_text(node)) {
			visitor->text(visitor->arg, node->v.text.text);
		} else if (enters(node, visitor)) {
			if (depth == FRAMES_MAX)
				return err_set(err, ERR_TOO_LARGE,
					"the HTML is nested too deep: at most %d elements",
					FRAMES_MAX);
			frames[depth++] = (struct frame){.element = &node->v.element};
		}
	}
	return 0;
}

bool html_pass(const char **p)
{
	const char *at = *p;
	uint32_t c = str_utf8_next(p);

	if (c == 0xFFFD && *p - at == 1)
		return false;
	return !((c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7F && c < 0xA0) ||
		 (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) ||
		 (c & 0xFFFE) == 0xFFFE);
}
