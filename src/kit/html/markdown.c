/* Markdown to safe HTML: cmark parses, its tree is adapted (markdown_tree.c), rendered, and
 * sanitized like HTML from elsewhere, so that no text of ours holds what we would not take from
 * others. */
#include "kit/html/markdown.h"

#include <cmark-gfm-core-extensions.h>
#include <pthread.h>
#include <string.h>

#include "base/str.h"
#include "kit/html/markdown_guard.h"
#include "kit/html/markdown_tree.h"
#include "kit/html/sanitize_own.h"

/* UNSAFE: the tree's raw HTML is written as it is. By then none of it is the author's, and the
 * sanitizer judges addresses. */
#define OPTIONS (CMARK_OPT_HARDBREAKS | CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE | CMARK_OPT_UNSAFE)

/* While cmark-gfm reads inlines, it marks the signs of its extensions in tables that all parsers
 * share. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static cmark_node *parse_alone(cmark_parser *parser, const char *text, size_t len)
{
	static const char *const EXTENSIONS[] = {"table", "strikethrough", "autolink"};
	cmark_node *root;

	cmark_gfm_core_extensions_ensure_registered();
	for (size_t i = 0; i < LENGTH(EXTENSIONS); i++)
		cmark_parser_attach_syntax_extension(
			parser, cmark_find_syntax_extension(EXTENSIONS[i]));
	cmark_parser_feed(parser, text, len);
	root = cmark_parser_finish(parser);
	return root;
}

static cmark_node *parse(cmark_parser *parser, const char *text, size_t len)
{
	cmark_node *root;

	pthread_mutex_lock(&lock);
	root = parse_alone(parser, text, len);
	pthread_mutex_unlock(&lock);
	return root;
}

/* "\#word" is no hashtag, but cmark's tree does not tell it from "#word": the text with a mark
 * after each such sign. */
static const char *mark_escaped(const char *text, struct buf *marked)
{
	const char *written = text;

	for (const char *p = strchr(text, '\\'); p && p[1]; p = strchr(p + 2, '\\')) {
		if (p[1] != '#')
			continue;
		buf_add(marked, written, (size_t)(p + 2 - written));
		buf_adds(marked, MARKDOWN_MARK);
		written = p + 2;
	}
	if (written == text)
		return text;
	buf_adds(marked, written);
	return marked->failed ? NULL : buf_text(marked);
}

static void take_out_marks(char *html)
{
	size_t mark = strlen(MARKDOWN_MARK);
	char *to = strstr(html, MARKDOWN_MARK), *from = to, *next;

	while (from) {
		from += mark;
		next = strstr(from, MARKDOWN_MARK);
		memmove(to, from, next ? (size_t)(next - from) : strlen(from) + 1);
		to += next ? next - from : 0;
		from = next;
	}
}

/* "https://host/" of an address; NULL when it has none. */
static char *origin(struct arena *a, const char *url)
{
	const char *host = strstr(url, "://"), *path = host ? strchr(host + 3, '/') : NULL;

	return path ? arena_copy(a, url, (size_t)(path + 1 - url)) : NULL;
}

int markdown_html(struct arena *a, const char *text, const char *tag_base, bool headings,
	struct buf *out, struct err *err, const struct hashtag **ret_tags)
{
	struct markdown_tags tags = {.arena = a, .base = tag_base};
	AUTO(buf_done) struct buf marked = BUF(MARKDOWN_MAX * 3);
	size_t len = strlen(text);
	cmark_parser *parser;
	cmark_node *root;
	char *html;
	int rc = markdown_guard(text, len, err);

	if (rc < 0)
		return rc;
	if (!str_utf8_valid(text, len))
		return err_set(err, ERR_INVALID, "the text is not valid UTF-8");
	text = mark_escaped(text, &marked);
	if (!text)
		return err_set(err, ERR_MEMORY, "not enough memory");
	parser = cmark_parser_new(OPTIONS);
	root = parse(parser, text, strlen(text));
	markdown_adapt(root, headings, &tags);
	html = arena_failed(a) ? NULL
			       : cmark_render_html(
					 root, OPTIONS, cmark_parser_get_syntax_extensions(parser));
	cmark_node_free(root);
	cmark_parser_free(parser);
	if (!html)
		return err_set(err, ERR_MEMORY, "not enough memory");
	take_out_marks(html);
	rc = sanitize_own(html, strlen(html), origin(a, tag_base), out, err);
	free(html);
	if (rc == 0)
		*ret_tags = tags.list;
	return rc;
}
