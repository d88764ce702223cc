/* A template's text to its nodes, by the core of Mustache's specification. What may stand where in
 * HTML is decided in template_place.c. */
#include <string.h>

#include "base/str.h"
#include "kit/html/template_context.h"
#include "kit/html/template_tree.h"

#define TEXT_MAX      (1 * MIB)
#define SECTIONS_MAX  64
#define DELIMITER_MAX 16

struct section {
	uint32_t node;
	struct context begin;
};

struct parser {
	struct template *t;
	struct err *err;
	const char *text, *end;
	const char *line; /* beginning of the line that is read */
	char open[DELIMITER_MAX + 1];
	char close[DELIMITER_MAX + 1];
	struct context context;
	struct section sections[SECTIONS_MAX];
	int depth;
	uint32_t cap;
	char *names;      /* where the next name goes */
	bool begins_line; /* what is written next is first on its line */
};

/* One tag: "{{", perhaps a sign, the content, "}}". */
struct tag {
	char sign; /* 0 for a value */
	const char *begin, *after;
	const char *content;
	size_t len;
};

/* The detail of what is in p->err already, or the formatted text, with the template's name and the
 * place before it. */
static int fail_at(struct parser *p, const char *at, const char *detail)
{
	size_t line = 1, column = 1;
	struct err cause;

	for (const char *c = p->text; c < at; c++) {
		if (*c == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)*c & 0xC0) != 0x80) {
			column++;
		}
	}
	(void)err_set(&cause, ERR_INVALID, "%s", detail);
	return err_set(p->err, ERR_INVALID, "template %s, line %zu, column %zu: %s", p->t->name,
		line, column, cause.text);
}

static int PRINTF(3, 4) fail(struct parser *p, const char *at, const char *format, ...)
{
	struct err detail;
	va_list ap;

	va_start(ap, format);
	(void)err_vset(&detail, ERR_INVALID, format, ap);
	va_end(ap);
	return fail_at(p, at, detail.text);
}

static int add_node(struct parser *p, struct node node)
{
	struct template *t = p->t;

	if (t->count == p->cap) {
		uint32_t cap = p->cap ? p->cap * 2 : 16;
		struct node *nodes = realloc(t->nodes, cap * sizeof *nodes);

		if (!nodes)
			return err_set(p->err, ERR_MEMORY, "not enough memory");
		t->nodes = nodes;
		p->cap = cap;
	}
	t->nodes[t->count++] = node;
	return 0;
}

static int add_text(struct parser *p, const char *from, const char *to)
{
	struct err detail = {0};
	size_t len = (size_t)(to - from);
	size_t fed = context_feed(&p->context, from, len, &detail);
	int rc;

	if (fed < len)
		return fail_at(p, from + fed, detail.text);
	if (!len)
		return 0;
	rc = add_node(p, (struct node){.type = NODE_TEXT,
				 .text = from,
				 .len = (uint32_t)len,
				 .begins_line = p->begins_line});
	p->begins_line = to[-1] == '\n';
	return rc;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *find(const char *from, const char *end, const char *what)
{
	return memmem(from, (size_t)(end - from), what, strlen(what));
}

/* The tag that begins at begin. */
static int read_tag(struct parser *p, const char *begin, struct tag *ret)
{
	struct tag tag = {.begin = begin, .content = begin + strlen(p->open)};
	char close[DELIMITER_MAX + 2] = "";
	const char *end;

	if (tag.content < p->end && strchr("#^/>!&{=", *tag.content) && *tag.content)
		tag.sign = *tag.content++;
	if (tag.sign == '{' || tag.sign == '=')
		close[0] = tag.sign == '{' ? '}' : '=';
	memcpy(close + strlen(close), p->close, strlen(p->close) + 1);
	end = find(tag.content, p->end, close);
	if (!end)
		return fail(
			p, begin, "the tag that begins here has no end: \"%s\" is missing", close);
	tag.after = end + strlen(close);
	while (tag.content < end && is_space(*tag.content))
		tag.content++;
	while (end > tag.content && is_space(end[-1]))
		end--;
	tag.len = (size_t)(end - tag.content);
	*ret = tag;
	return 0;
}

/* Is there nothing but the tag on its line? Then *ret_after is the beginning of the next. */
static bool is_alone(const struct parser *p, const struct tag *tag, const char **ret_after)
{
	const char *c;

	if (!tag->sign || tag->sign == '&' || tag->sign == '{')
		return false;
	for (c = p->line; c < tag->begin; c++)
		if (*c != ' ' && *c != '\t')
			return false;
	c = tag->after;
	while (c < p->end && (*c == ' ' || *c == '\t'))
		c++;
	if (c < p->end && *c == '\r' && c + 1 < p->end && c[1] == '\n')
		c++;
	if (c < p->end && *c != '\n')
		return false;
	*ret_after = c < p->end ? c + 1 : c;
	return true;
}

/* The tag's content as a name: its parts, each ended by NUL. */
static int read_name(struct parser *p, const struct tag *tag, struct node *node)
{
	char *name = p->names;

	node->name = name;
	if (!tag->len)
		return fail(p, tag->begin, "the tag holds no name");
	for (size_t i = 0; i < tag->len; i++)
		if (is_space(tag->content[i]))
			return fail(p, tag->begin, "the name \"%.*s\" holds white space",
				(int)tag->len, tag->content);
	p->names += tag->len + 1;
	memcpy(name, tag->content, tag->len);
	name[tag->len] = '\0';
	if (tag->sign == '>' || str_eq(name, "."))
		return 0;
	if (*name == '.' || str_ends(name, ".") || strstr(name, ".."))
		return fail(p, tag->begin, "the name \"%s\" has an empty part", name);
	node->parts = 1;
	for (char *c = name; *c || c < name + tag->len; c++) {
		if (*c == '.') {
			*c = '\0';
			node->parts++;
		}
	}
	return 0;
}

static int add_value(struct parser *p, const struct tag *tag)
{
	struct node node = {.type = NODE_VALUE, .begins_line = p->begins_line};
	AUTO(auto_free) char *name = strndup(tag->content, tag->len);
	struct err detail = {0};
	int rc = read_name(p, tag, &node);

	if (rc < 0)
		return rc;
	if (!name)
		return err_set(p->err, ERR_MEMORY, "not enough memory");
	rc = context_value(&p->context, tag->sign != 0, name, &detail, &node.escape);
	if (rc < 0)
		return fail_at(p, tag->begin, detail.text);
	p->begins_line = false;
	return add_node(p, node);
}

static int add_partial(struct parser *p, const struct tag *tag, bool alone, const char *indent)
{
	struct node node = {.type = NODE_PARTIAL, .alone = alone, .text = indent};
	struct err detail = {0};
	int rc = read_name(p, tag, &node);

	if (rc < 0)
		return rc;
	rc = context_partial(&p->context, node.name, &detail);
	if (rc < 0)
		return fail_at(p, tag->begin, detail.text);
	if (alone) {
		node.len = (uint32_t)(tag->begin - indent);
	} else {
		node.begins_line = p->begins_line;
		p->begins_line = false;
	}
	return add_node(p, node);
}

static int begin_section(struct parser *p, const struct tag *tag, bool alone)
{
	struct node node = {.type = tag->sign == '#' ? NODE_SECTION : NODE_INVERTED};
	struct err detail = {0};
	int rc = read_name(p, tag, &node);

	if (rc < 0)
		return rc;
	if (p->depth == SECTIONS_MAX)
		return fail(p, tag->begin, "sections nest too deep: at most %d", SECTIONS_MAX);
	rc = context_begin(&p->context, node.name, &detail);
	if (rc < 0)
		return fail_at(p, tag->begin, detail.text);
	node.text = tag->content; /* as it was written, until it ends */
	node.len = (uint32_t)tag->len;
	if (!alone) {
		node.begins_line = p->begins_line;
		p->begins_line = false;
	}
	p->sections[p->depth++] = (struct section){p->t->count, p->context};
	return add_node(p, node);
}

static int end_section(struct parser *p, const struct tag *tag, bool alone)
{
	struct err detail = {0};
	struct section *section;
	const struct node *node;
	int rc;

	if (!p->depth)
		return fail(p, tag->begin, "{{/%.*s}} ends a section that was not begun",
			(int)tag->len, tag->content);
	section = &p->sections[--p->depth];
	node = &p->t->nodes[section->node];
	if (node->len != tag->len || memcmp(node->text, tag->content, tag->len) != 0)
		return fail(p, tag->begin, "{{/%.*s}} stands where the section %.*s must end",
			(int)tag->len, tag->content, (int)node->len, node->text);
	rc = context_join(&p->context, &section->begin, node->name, &detail);
	if (rc < 0)
		return fail_at(p, tag->begin, detail.text);
	if (!alone && p->begins_line) {
		/* The indentation of this line belongs to the section. */
		rc = add_node(p,
			(struct node){.type = NODE_TEXT, .text = tag->begin, .begins_line = true});
		p->begins_line = false;
	}
	p->t->nodes[section->node].end = p->t->count;
	return rc;
}

/* "<% %>": two words without "=". */
static int set_delimiters(struct parser *p, const struct tag *tag)
{
	const char *c = tag->content, *end = tag->content + tag->len, *close;
	size_t open_len, close_len;

	while (c < end && !is_space(*c))
		c++;
	open_len = (size_t)(c - tag->content);
	while (c < end && is_space(*c))
		c++;
	for (close = c; c < end && !is_space(*c); c++)
		;
	close_len = (size_t)(c - close);
	if (!open_len || !close_len || c != end || open_len > DELIMITER_MAX ||
		close_len > DELIMITER_MAX || memchr(tag->content, '=', tag->len))
		return fail(p, tag->begin,
			"\"%.*s\" are not two delimiters: give two words of at most %d bytes "
			"without \"=\"",
			(int)tag->len, tag->content, DELIMITER_MAX);
	memcpy(p->open, tag->content, open_len);
	p->open[open_len] = '\0';
	memcpy(p->close, close, close_len);
	p->close[close_len] = '\0';
	return 0;
}

static int take_tag(struct parser *p, const struct tag *tag, bool alone)
{
	switch (tag->sign) {
	case '!':
		return 0;
	case '=':
		return set_delimiters(p, tag);
	case '#':
	case '^':
		return begin_section(p, tag, alone);
	case '/':
		return end_section(p, tag, alone);
	case '>':
		return add_partial(p, tag, alone, p->line);
	default:
		return add_value(p, tag);
	}
}

/* One tag with the text before it. */
static int step(struct parser *p, const char *from, const char *begin, const char **ret_after)
{
	const char *after;
	struct tag tag = {0};
	bool alone;
	int rc;

	for (const char *c = begin; c > from; c--) {
		if (c[-1] == '\n') {
			p->line = c;
			break;
		}
	}
	rc = read_tag(p, begin, &tag);
	if (rc < 0)
		return rc;
	after = tag.after;
	alone = is_alone(p, &tag, &after);
	rc = add_text(p, from, alone ? p->line : begin);
	if (rc < 0)
		return rc;
	rc = take_tag(p, &tag, alone);
	for (const char *c = tag.begin; c < after; c++)
		if (*c == '\n')
			p->line = c + 1;
	*ret_after = after;
	return rc;
}

static int parse(struct parser *p)
{
	struct err detail = {0};
	const char *from = p->text, *begin;
	int rc;

	while ((begin = find(from, p->end, p->open))) {
		rc = step(p, from, begin, &from);
		if (rc < 0)
			return rc;
	}
	rc = add_text(p, from, p->end);
	if (rc < 0)
		return rc;
	if (p->depth) {
		const struct node *node = &p->t->nodes[p->sections[p->depth - 1].node];

		return fail(p, node->text, "the section %.*s that begins here has no end",
			(int)node->len, node->text);
	}
	rc = context_end(&p->context, &detail);
	return rc < 0 ? fail_at(p, p->end, detail.text) : 0;
}

/* An empty template with room for its texts. */
static struct template *template_new(
	enum template_kind kind, const char *name, const char *text, size_t len)
{
	struct template *t = calloc(1, sizeof *t);

	if (!t)
		return NULL;
	t->kind = kind;
	t->name = strdup(name);
	t->text = strndup(text, len);
	t->names = malloc(len + 1); /* a tag is longer than the name in it */
	if (t->name && t->text && t->names)
		return t;
	template_free(t);
	return NULL;
}

int template_parse(enum template_kind kind, const char *name, const char *text, size_t len,
	struct err *err, struct template **ret)
{
	struct template *t;
	struct parser *p;
	int rc;

	if (len > TEXT_MAX)
		return err_set(err, ERR_TOO_LARGE,
			"template %s has %zu bytes; at most %zu are taken", name, len, TEXT_MAX);
	if (!str_utf8_valid(text, len))
		return err_set(err, ERR_INVALID, "template %s is not UTF-8 text", name);
	t = template_new(kind, name, text, len);
	p = calloc(1, sizeof *p);
	if (!t || !p) {
		rc = err_set(err, ERR_MEMORY, "not enough memory");
		goto out;
	}
	*p = (struct parser){.t = t,
		.err = err,
		.text = t->text,
		.end = t->text + len,
		.line = t->text,
		.open = "{{",
		.close = "}}",
		.names = t->names,
		.begins_line = true};
	context_init(&p->context, kind);
	rc = parse(p);
	if (rc == 0) {
		*ret = t;
		t = NULL;
	}
out:
	template_free(t);
	free(p);
	return rc;
}

void template_free(struct template *t)
{
	if (!t)
		return;
	free(t->name);
	free(t->text);
	free(t->names);
	free(t->nodes);
	free(t);
}
