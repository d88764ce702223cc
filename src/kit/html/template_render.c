/* Rendering: a template's nodes followed over a JSON value. Nothing is copied but into the output.
 */
#include <string.h>

#include "kit/html/escape.h"
#include "kit/html/template_context.h"
#include "kit/html/template_tree.h"

#define PARTIALS_MAX 32
#define STACK_MAX    256
#define INDENT_MAX   1024

struct renderer {
	const struct shelf *shelf;
	struct buf *out;
	struct err *err;
	const json_t *stack[STACK_MAX];
	int depth;
	int partials;
	struct buf indent; /* before each line of the partials that are being rendered */
};

static const json_t *lookup(const struct renderer *r, const struct node *node)
{
	const char *part = node->name;
	const json_t *value = NULL;

	if (!node->parts)
		return r->stack[r->depth - 1];
	for (int i = r->depth - 1; i >= 0 && !value; i--)
		value = json_object_get(r->stack[i], part);
	for (uint32_t i = 1; i < node->parts && value; i++) {
		part += strlen(part) + 1;
		value = json_object_get(value, part);
	}
	return value;
}

/* As in JavaScript, and empty lists. */
static bool is_false(const json_t *value)
{
	switch (value ? json_typeof(value) : JSON_NULL) {
	case JSON_NULL:
	case JSON_FALSE:
		return true;
	case JSON_STRING:
		return json_string_length(value) == 0;
	case JSON_INTEGER:
	case JSON_REAL:
		return json_number_value(value) == 0;
	case JSON_ARRAY:
		return json_array_size(value) == 0;
	default:
		return false;
	}
}

static void add_escaped(struct buf *out, enum node_escape escape, const char *s, size_t len)
{
	switch (escape) {
	case ESCAPE_NONE:
		buf_add(out, s, len);
		break;
	case ESCAPE_PLAIN:
		escape_plain(out, s, len);
		break;
	case ESCAPE_URL_HTML:
	case ESCAPE_URL_XML:
		if (!context_url_safe(s, len))
			buf_addc(out, '#');
		else if (escape == ESCAPE_URL_HTML)
			escape_html(out, s, len);
		else
			escape_xml(out, s, len);
		break;
	case ESCAPE_HTML:
		escape_html(out, s, len);
		break;
	case ESCAPE_XML:
		escape_xml(out, s, len);
		break;
	}
}

/* Lists and objects have no text. */
static void add_value(struct renderer *r, const struct node *node)
{
	const json_t *value = lookup(r, node);

	switch (value ? json_typeof(value) : JSON_NULL) {
	case JSON_STRING:
		add_escaped(
			r->out, node->escape, json_string_value(value), json_string_length(value));
		break;
	case JSON_INTEGER:
		buf_addf(r->out, "%lld", (long long)json_integer_value(value));
		break;
	case JSON_REAL:
		template_number(r->out, json_real_value(value));
		break;
	case JSON_TRUE:
		buf_adds(r->out, "true");
		break;
	case JSON_FALSE:
		buf_adds(r->out, "false");
		break;
	default:
		break;
	}
}

static void add_text(struct renderer *r, const struct node *node)
{
	const char *p = node->text, *end = p + node->len, *feed;

	if (!r->indent.len) {
		buf_add(r->out, p, node->len);
		return;
	}
	while (p < end && (feed = memchr(p, '\n', (size_t)(end - p))) && feed + 1 < end) {
		buf_add(r->out, p, (size_t)(feed + 1 - p));
		buf_add(r->out, r->indent.data, r->indent.len);
		p = feed + 1;
	}
	buf_add(r->out, p, (size_t)(end - p));
}

static int render_nodes(struct renderer *r, const struct template *t, uint32_t from, uint32_t to);

static int render_with(struct renderer *r, const struct template *t, const struct node *section,
	const json_t *value)
{
	uint32_t from = (uint32_t)(section - t->nodes) + 1;
	int rc;

	if (r->depth == STACK_MAX)
		return err_set(r->err, ERR_TOO_LARGE,
			"sections nest too deep when template %s is rendered: at most %d", t->name,
			STACK_MAX);
	r->stack[r->depth++] = value;
	rc = render_nodes(r, t, from, section->end);
	r->depth--;
	return rc;
}

static int render_section(struct renderer *r, const struct template *t, const struct node *section)
{
	const json_t *value = lookup(r, section);
	int rc = 0;

	if (is_false(value) != (section->type == NODE_INVERTED))
		return 0;
	if (section->type == NODE_INVERTED)
		return render_nodes(r, t, (uint32_t)(section - t->nodes) + 1, section->end);
	if (!json_is_array(value))
		return render_with(r, t, section, value);
	for (size_t i = 0; i < json_array_size(value) && rc == 0; i++)
		rc = render_with(r, t, section, json_array_get(value, i));
	return rc;
}

static int render_template(struct renderer *r, const struct template *t)
{
	int rc;

	if (r->partials == PARTIALS_MAX)
		return err_set(r->err, ERR_TOO_LARGE,
			"partials nest too deep at template %s: at most %d", t->name, PARTIALS_MAX);
	r->partials++;
	rc = render_nodes(r, t, 0, t->count);
	r->partials--;
	return rc;
}

static int render_partial(struct renderer *r, const struct template *t, const struct node *node)
{
	const struct template *partial = template_find(r->shelf, node->name);
	struct buf outer = r->indent;
	int rc;

	if (!partial && t->kind == TEMPLATE_PLAIN)
		return 0; /* as the specification wants */
	if (!partial)
		return err_set(r->err, ERR_NOT_FOUND,
			"template %s asks for the partial %s, which does not exist", t->name,
			node->name);
	if (partial->kind != t->kind)
		return err_set(r->err, ERR_INVALID,
			"template %s asks for the partial %s, which is of another kind", t->name,
			node->name);
	if (!node->len && node->alone)
		return render_template(r, partial);
	r->indent = (struct buf)BUF(INDENT_MAX);
	if (node->alone && outer.len)
		buf_add(&r->indent, outer.data, outer.len);
	if (node->alone)
		buf_add(&r->indent, node->text, node->len);
	rc = r->indent.failed ? err_set(r->err, ERR_TOO_LARGE,
					"the partial %s is indented by more than %d bytes",
					node->name, INDENT_MAX)
			      : render_template(r, partial);
	buf_done(&r->indent);
	r->indent = outer;
	return rc;
}

static int render_nodes(struct renderer *r, const struct template *t, uint32_t from, uint32_t to)
{
	int rc = 0;

	for (uint32_t i = from; i < to && rc == 0; i++) {
		const struct node *node = &t->nodes[i];

		if (node->begins_line && r->indent.len)
			buf_add(r->out, r->indent.data, r->indent.len);
		switch (node->type) {
		case NODE_TEXT:
			add_text(r, node);
			break;
		case NODE_VALUE:
			add_value(r, node);
			break;
		case NODE_SECTION:
		case NODE_INVERTED:
			rc = render_section(r, t, node);
			i = node->end - 1;
			break;
		case NODE_PARTIAL:
			rc = render_partial(r, t, node);
			break;
		}
		if (r->out->failed && rc == 0)
			rc = err_set(r->err, ERR_TOO_LARGE, "template %s makes more than %zu bytes",
				t->name, r->out->max);
	}
	return rc;
}

int template_render(const struct template_set *set, const char *name, const json_t *data,
	struct buf *out, struct err *err)
{
	struct shelf *shelf = template_set_enter(set);
	const struct template *t = template_find(shelf, name);
	struct renderer r = {.shelf = shelf, .out = out, .err = err, .stack = {data}, .depth = 1};
	int rc = t ? render_template(&r, t)
		   : err_set(err, ERR_NOT_FOUND, "there is no template %s", name);

	template_set_leave(shelf);
	return rc;
}
