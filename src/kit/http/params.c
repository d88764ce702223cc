/* Declared parameters: finding them in the path, the query and the form, and refusing what is
 * broken. What each kind takes is in param_kind.c. */
#include "kit/http/params.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "kit/http/param_kind.h"

struct reading {
	struct arena *arena;
	const struct route *route;
	struct values *values;
	struct err *err;
};

bool params_is_form(const char *content_type)
{
	static const char FORM[] = "application/x-www-form-urlencoded";
	const size_t len = sizeof FORM - 1;

	return content_type && strncasecmp(content_type, FORM, len) == 0 &&
	       (content_type[len] == '\0' || strchr("; \t", content_type[len]));
}

const struct value *params_find(const struct values *values, const char *name)
{
	for (int i = 0; i < values->count; i++)
		if (str_eq(values->items[i].name, name))
			return &values->items[i];
	return NULL;
}

static const struct param *find_declared(const struct route *route, const char *name)
{
	for (const struct param *p = route->params; p && p->name; p++)
		if (str_eq(p->name, name))
			return p;
	return NULL;
}

/* Check a decoded text and take it as the value of the parameter. */
static int take(struct reading *r, const struct param *p, char *text)
{
	struct value value = {.name = p->name};
	int rc = param_kind_read(r->arena, p, text, r->err, &value);

	if (rc < 0)
		return rc;
	for (int i = 0; i < r->values->count; i++) {
		struct value *item = &r->values->items[i];

		if (!str_eq(item->name, p->name))
			continue;
		if (item->text)
			return err_set(r->err, ERR_INVALID,
				"The parameter \"%s\" is given more than once: give it once.",
				p->name);
		*item = value;
	}
	return 0;
}

static int broken(struct reading *r, const char *name)
{
	return err_set(r->err, ERR_INVALID,
		"The parameter \"%s\" is not UTF-8 text with whole percent escapes and without NUL.",
		name);
}

/* One "name=value" of a query or a form, still encoded. Names that are not declared, broken ones
 * too, are passed over. */
static int read_pair(struct reading *r, const char *pair, size_t len)
{
	const char *equals = memchr(pair, '=', len);
	size_t name_len = equals ? (size_t)(equals - pair) : len;
	size_t text_len = equals ? len - name_len - 1 : 0;
	const struct param *declared;
	char name[3 * 64 + 1];
	char *text;

	if (name_len == 0 || name_len >= sizeof name)
		return 0;
	memcpy(name, pair, name_len);
	name[name_len] = '\0';
	if (strlen(name) != name_len || !str_url_decode(name, true))
		return 0;
	declared = find_declared(r->route, name);
	if (!declared)
		return 0;
	text = arena_copy(r->arena, equals ? equals + 1 : "", text_len);
	if (!text)
		return err_set(
			r->err, ERR_MEMORY, "This request needs more memory than one may have.");
	if (strlen(text) != text_len || !str_url_decode(text, true) ||
		!str_utf8_valid(text, strlen(text)))
		return broken(r, declared->name);
	return take(r, declared, text);
}

static int read_pairs(struct reading *r, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		const char *amp = memchr(text, '&', (size_t)(end - text));
		size_t pair = amp ? (size_t)(amp - text) : (size_t)(end - text);
		int rc = read_pair(r, text, pair);

		if (rc < 0)
			return rc;
		text += pair + (amp != NULL);
	}
	return 0;
}

static int read_path(struct reading *r, const struct route_match *match)
{
	const struct endpoint *e = match->endpoint;

	for (int i = 0; i < e->name_count; i++) {
		const struct param undeclared = {.name = e->names[i]};
		const struct param *p = find_declared(r->route, e->names[i]);
		char *text = arena_strdup(r->arena, match->captures[i].text);
		int rc;

		if (match->captures[i].broken)
			return broken(r, e->names[i]);
		if (!text)
			return err_set(r->err, ERR_MEMORY,
				"This request needs more memory than one may have.");
		rc = take(r, p ? p : &undeclared, text);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static void add_name(struct values *values, const char *name)
{
	if (values->count < PARAMS_MAX && !params_find(values, name))
		values->items[values->count++].name = name;
}

static int check_required(struct reading *r)
{
	for (const struct param *p = r->route->params; p && p->name; p++) {
		const struct value *value = params_find(r->values, p->name);

		if (p->required && (!value || !value->text || !*value->text))
			return err_set(r->err, ERR_INVALID,
				"The parameter \"%s\" is missing: give it.", p->name);
	}
	return 0;
}

int params_read(struct arena *a, const struct route_match *match, const char *query,
	const char *form, size_t form_len, struct err *err, struct values *ret)
{
	const struct endpoint *e = match->endpoint;
	struct reading r = {.arena = a, .route = e->route, .values = ret, .err = err};
	int rc;

	memset(ret, 0, sizeof *ret);
	for (int i = 0; i < e->name_count; i++)
		add_name(ret, e->names[i]);
	for (const struct param *p = e->route->params; p && p->name; p++)
		add_name(ret, p->name);
	rc = read_path(&r, match);
	if (rc == 0 && query)
		rc = read_pairs(&r, query, strlen(query));
	if (rc == 0 && form)
		rc = read_pairs(&r, form, form_len);
	return rc < 0 ? rc : check_required(&r);
}
