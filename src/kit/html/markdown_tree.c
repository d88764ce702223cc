/* The tree that cmark made, adapted to our rules. Places are collected first and changed
 * afterwards: a tree must not change under the iterator. */
#include "kit/html/markdown_tree.h"

#include <string.h>

#include "base/str.h"
#include "kit/html/hashtag.h"
#include "kit/html/template.h"

#define LINK_MAX (16 * KIB)

/* A node to change. */
struct job {
	cmark_node *node;
	uint32_t before; /* the character before it, 0 at the beginning of a block */
	struct job *next;
};

struct walk {
	struct arena *arena;
	struct job *first, **last;
	uint32_t before;
	int closed; /* open links and images: no hashtags in them */
	bool headings;
};

static void add_job(struct walk *w, cmark_node *node)
{
	struct job *job = arena_alloc(w->arena, sizeof *job);

	if (!job)
		return;
	*job = (struct job){.node = node, .before = w->before};
	*w->last = job;
	w->last = &job->next;
}

static const char *literal(cmark_node *node)
{
	const char *text = cmark_node_get_literal(node);

	return text ? text : "";
}

static uint32_t last_char(const char *text, uint32_t otherwise)
{
	const char *p = text + strlen(text);

	if (p == text)
		return otherwise;
	for (p--; p > text && ((unsigned char)*p & 0xC0) == 0x80; p--)
		;
	return str_utf8_next(&p);
}

/* An address keeps no marks that were put after escaped "#". */
static void clean_address(cmark_node *link)
{
	const char *url = cmark_node_get_url(link), *mark = url ? strstr(url, MARKDOWN_MARK) : NULL;
	AUTO(buf_done) struct buf clean = BUF(SIZE_MAX);

	if (!mark)
		return;
	for (; mark; url = mark + strlen(MARKDOWN_MARK), mark = strstr(url, MARKDOWN_MARK))
		buf_add(&clean, url, (size_t)(mark - url));
	buf_adds(&clean, url);
	if (!clean.failed)
		cmark_node_set_url(link, buf_text(&clean));
}

static bool is_mention(const struct walk *w, cmark_node *link)
{
	const char *url = cmark_node_get_url(link);

	return w->before == '@' && url && str_starts(url, "mailto:");
}

static void enter_inline(struct walk *w, cmark_node *node)
{
	switch ((int)cmark_node_get_type(node)) {
	case CMARK_NODE_TEXT:
		if (!w->closed && strchr(literal(node), '#'))
			add_job(w, node);
		w->before = last_char(literal(node), w->before);
		break;
	case CMARK_NODE_CODE:
		w->before = last_char(literal(node), 'x');
		break;
	case CMARK_NODE_HTML_INLINE:
		add_job(w, node);
		w->before = '>';
		break;
	case CMARK_NODE_LINK:
		clean_address(node);
		if (is_mention(w, node))
			add_job(w, node);
		w->closed++;
		break;
	case CMARK_NODE_IMAGE:
		w->closed++;
		break;
	case CMARK_NODE_SOFTBREAK:
	case CMARK_NODE_LINEBREAK:
		w->before = '\n';
		break;
	default:
		break;
	}
}

static void enter(struct walk *w, cmark_node *node)
{
	cmark_node_type type = cmark_node_get_type(node);

	if ((type & CMARK_NODE_TYPE_MASK) == CMARK_NODE_TYPE_INLINE) {
		enter_inline(w, node);
		return;
	}
	w->before = 0;
	if (type == CMARK_NODE_HTML_BLOCK || (type == CMARK_NODE_HEADING && !w->headings))
		add_job(w, node);
}

static void leave(struct walk *w, cmark_node *node)
{
	cmark_node_type type = cmark_node_get_type(node);

	if (type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE)
		w->closed--;
}

static void collect(struct walk *w, cmark_node *root)
{
	cmark_iter *iter = cmark_iter_new(root);
	cmark_event_type event;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		if (event == CMARK_EVENT_ENTER)
			enter(w, cmark_iter_get_node(iter));
		else
			leave(w, cmark_iter_get_node(iter));
	}
	cmark_iter_free(iter);
}

/* The tag's fold, added to the list when it is new; NULL when the list is full. */
static const char *add_tag(struct markdown_tags *tags, const char *name, size_t len)
{
	char *folded = hashtag_fold(tags->arena, name, len);

	if (!folded || !tags->list)
		return NULL;
	for (int i = 0; i < tags->count; i++)
		if (str_eq(tags->list[i].folded, folded))
			return folded;
	if (tags->count == MARKDOWN_TAGS_MAX)
		return NULL;
	tags->list[tags->count].name = arena_copy(tags->arena, name, len);
	tags->list[tags->count++].folded = folded;
	return folded;
}

static cmark_node *new_text(const char *text, size_t len)
{
	cmark_node *node = cmark_node_new(CMARK_NODE_TEXT);
	char *copy = strndup(text, len);

	cmark_node_set_literal(node, copy ? copy : "");
	free(copy);
	return node;
}

static void insert(cmark_node *before, cmark_node *node)
{
	if (!cmark_node_insert_before(before, node))
		cmark_node_free(node);
}

static void insert_html(cmark_node *before, const char *html)
{
	cmark_node *node = cmark_node_new(CMARK_NODE_HTML_INLINE);

	cmark_node_set_literal(node, html);
	insert(before, node);
}

static void insert_tag(cmark_node *before, struct markdown_tags *tags, const char *folded,
	const char *name, size_t len)
{
	AUTO(buf_done) struct buf link = BUF(LINK_MAX);
	const char *encoded = str_url_encode(tags->arena, folded, "");

	buf_adds(&link, "<a href=\"");
	html_escape(&link, tags->base);
	html_escape(&link, encoded ? encoded : "");
	buf_adds(&link, "\" class=\"mention hashtag\" rel=\"tag\">#<span>");
	insert_html(before, buf_text(&link));
	insert(before, new_text(name, len));
	insert_html(before, "</span></a>");
}

static void link_tags(cmark_node *node, uint32_t before, struct markdown_tags *tags)
{
	AUTO(auto_free) char *text = strdup(literal(node));
	const char *written = text, *from = text;
	struct hashtag_place place;

	while (text && hashtag_find(from, before, &place)) {
		const char *folded = add_tag(tags, place.name, place.len);

		from = place.name + place.len;
		before = 'x';
		if (!folded)
			continue;
		insert(node, new_text(written, (size_t)(place.name - 1 - written)));
		insert_tag(node, tags, folded, place.name, place.len);
		written = from;
	}
	if (text && written != text)
		cmark_node_set_literal(node, written);
}

static void replace(cmark_node *old, cmark_node *new)
{
	if (!cmark_node_replace(old, new))
		cmark_node_free(new);
	cmark_node_unlink(old);
	cmark_node_free(old);
}

/* A paragraph that shows the lines as they were typed. */
static void show_block(cmark_node *block)
{
	cmark_node *paragraph = cmark_node_new(CMARK_NODE_PARAGRAPH);
	const char *p = literal(block);

	while (*p) {
		size_t len = strcspn(p, "\n");

		cmark_node_append_child(paragraph, new_text(p, len));
		p += len + (p[len] == '\n');
		if (*p)
			cmark_node_append_child(paragraph, cmark_node_new(CMARK_NODE_LINEBREAK));
	}
	replace(block, paragraph);
}

static void lower_heading(cmark_node *heading)
{
	cmark_node *paragraph = cmark_node_new(CMARK_NODE_PARAGRAPH);
	cmark_node *strong = cmark_node_new(CMARK_NODE_STRONG), *child;

	cmark_node_append_child(paragraph, strong);
	while ((child = cmark_node_first_child(heading)))
		cmark_node_append_child(strong, child);
	replace(heading, paragraph);
}

static void unwrap(cmark_node *link)
{
	cmark_node *child;

	while ((child = cmark_node_first_child(link)))
		cmark_node_insert_before(link, child);
	cmark_node_unlink(link);
	cmark_node_free(link);
}

static void apply(const struct job *job, struct markdown_tags *tags)
{
	switch ((int)cmark_node_get_type(job->node)) {
	case CMARK_NODE_TEXT:
		link_tags(job->node, job->before, tags);
		break;
	case CMARK_NODE_HTML_INLINE:
		replace(job->node, new_text(literal(job->node), strlen(literal(job->node))));
		break;
	case CMARK_NODE_HTML_BLOCK:
		show_block(job->node);
		break;
	case CMARK_NODE_HEADING:
		lower_heading(job->node);
		break;
	case CMARK_NODE_LINK:
		unwrap(job->node);
		break;
	default:
		break;
	}
}

void markdown_adapt(cmark_node *root, bool headings, struct markdown_tags *tags)
{
	struct walk w = {.arena = tags->arena, .last = &w.first, .headings = headings};

	cmark_node_own(root); /* until then texts are parts of the blocks' sources */
	tags->list = arena_array(tags->arena, MARKDOWN_TAGS_MAX + 1, sizeof *tags->list);
	collect(&w, root);
	for (const struct job *job = w.first; job; job = job->next)
		apply(job, tags);
}
