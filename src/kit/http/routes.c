/* Rows of routes as such: what one may say, and printing the tables for `chorsu routes`. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "kit/http/router.h"

static const char *const METHOD_NAMES[] = {"", "GET", "POST", "PUT", "PATCH", "DELETE"};
static const char *const WHO_NAMES[] = {"nobody", "anyone", "signed"};
static const char *const KIND_NAMES[] = {"text", "id", "int", "handle", "lang", "bool"};

const char *route_method_name(enum method method)
{
	return (size_t)method < LENGTH(METHOD_NAMES) ? METHOD_NAMES[method] : "";
}

void route_allow(unsigned methods, char *out)
{
	size_t used = 0;

	for (int m = GET; m <= DELETE; m++)
		if (methods & 1U << m)
			used += (size_t)snprintf(out + used, ROUTE_ALLOW_SIZE - used, "%s, %s",
				METHOD_NAMES[m], m == GET ? "HEAD, " : "");
	snprintf(out + used, ROUTE_ALLOW_SIZE - used, "OPTIONS");
}

static int bad_row(struct err *err, const struct route *row, const char *what)
{
	return err_set(err, ERR_INVALID, "The route %s %s %s.", route_method_name(row->method),
		row->path ? row->path : "(no path)", what);
}

/* One segment: literal text of unreserved characters and few others, at most one parameter. */
static const char *segment_fault(const char *segment, size_t len)
{
	const char *colon = memchr(segment, ':', len);

	for (size_t i = 0; i < len; i++)
		if (segment[i] <= ' ' || segment[i] > '~' || strchr("%?#\"<>\\^`{|}", segment[i]))
			return "has a character in its path that no decoded path of this server has";
	if (len == 1 && segment[0] == '.')
		return "has a segment \".\" in its path, which clients take away";
	if (len == 2 && segment[0] == '.' && segment[1] == '.')
		return "has a segment \"..\" in its path, which clients take away";
	if (!colon)
		return NULL;
	if (colon + 1 == segment + len || !strchr("abcdefghijklmnopqrstuvwxyz", colon[1]))
		return "has a parameter in its path whose name does not begin with a small letter";
	if (memchr(colon + 1, ':', len - (size_t)(colon + 1 - segment)))
		return "has two parameters in one segment of its path";
	return NULL;
}

/* The name of the path's parameter at colon, and its length. */
static size_t path_name(const char *colon)
{
	return strspn(colon + 1, "abcdefghijklmnopqrstuvwxyz0123456789_");
}

static bool name_twice_in_path(const char *path)
{
	for (const char *a = strchr(path, ':'); a; a = strchr(a + 1, ':'))
		for (const char *b = strchr(a + 1, ':'); b; b = strchr(b + 1, ':'))
			if (path_name(a) == path_name(b) && !memcmp(a + 1, b + 1, path_name(a)))
				return true;
	return false;
}

static const char *path_fault(const char *path)
{
	int segments = 0, captures = 0;

	if (*path != '/')
		return "has a path that does not begin with \"/\"";
	for (const char *p = path; *p;) {
		size_t len = strcspn(p + 1, "/");
		const char *fault = segment_fault(p + 1, len);

		if (fault)
			return fault;
		if (len == 0 && p[1] == '/')
			return "has an empty segment in its path";
		captures += memchr(p + 1, ':', len) != NULL;
		segments++;
		p += 1 + len;
	}
	if (segments > ROUTE_SEGMENTS_MAX || captures > ROUTE_CAPTURES_MAX)
		return "has too many segments or parameters in its path";
	return name_twice_in_path(path) ? "names a parameter of its path twice" : NULL;
}

static const char *params_fault(const struct param *params)
{
	for (const struct param *p = params; p && p->name; p++) {
		if (!*p->name || (size_t)p->kind >= LENGTH(KIND_NAMES))
			return "has a parameter without a name or of an unknown kind";
		for (const struct param *other = params; other < p; other++)
			if (str_eq(other->name, p->name))
				return "declares a parameter twice";
	}
	return NULL;
}

int route_check(const struct route *row, struct err *err)
{
	const char *fault = path_fault(row->path);

	if (!fault)
		fault = params_fault(row->params);
	if (fault)
		return bad_row(err, row, fault);
	if (row->method <= METHOD_NONE || row->method > DELETE)
		return bad_row(err, row, "has no method");
	if (row->who <= NOBODY || (size_t)row->who >= LENGTH(WHO_NAMES))
		return bad_row(err, row, "may be called by nobody: say who");
	if (!row->handler)
		return bad_row(err, row, "has no handler");
	if (row->cached && (row->method != GET || row->who != ANYONE))
		return bad_row(err, row, "is cached, which only answers to anybody's GET can be");
	if (row->method == GET && row->body_max > 0)
		return bad_row(err, row, "takes a body, which a GET never has");
	return 0;
}

int http_routes_check(const struct route *const *routes, struct err *err)
{
	struct router *r = NULL;
	int rc = router_new(routes, err, &r);

	router_free(r);
	return rc;
}

static json_t *params_json(const struct param *params)
{
	json_t *list = json_array();

	for (const struct param *p = params; p && p->name; p++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:b}", "name", p->name,
						    "kind", KIND_NAMES[p->kind], "max",
						    (json_int_t)p->max, "required", p->required));
	return list;
}

static json_t *route_json(const struct route *row)
{
	return json_pack("{s:s, s:s, s:s, s:I, s:b, s:b, s:b, s:s*, s:o, s:s}", "method",
		route_method_name(row->method), "path", row->path, "who", WHO_NAMES[row->who],
		"body_max", (json_int_t)row->body_max, "cross_site", row->cross_site, "cors",
		row->cors, "cached", row->cached, "accept", row->accept, "params",
		params_json(row->params), "says", row->says ? row->says : "");
}

static void print_json(const struct route *const *routes, struct buf *out)
{
	json_t *list = json_array();
	char *text;

	for (; *routes; routes++)
		for (const struct route *row = *routes; row->path; row++)
			json_array_append_new(list, route_json(row));
	text = json_text(list);
	if (text)
		buf_adds(out, text);
	else
		out->failed = true;
	buf_addc(out, '\n');
	free(text);
	json_decref(list);
}

static void print_row(const struct route *row, struct buf *out)
{
	buf_addf(out, "%-7s%-40s %-7s", route_method_name(row->method), row->path,
		WHO_NAMES[row->who]);
	if (row->body_max)
		buf_addf(out, " body %zu", row->body_max);
	if (row->cross_site)
		buf_adds(out, " cross-site");
	if (row->cors)
		buf_adds(out, " cors");
	if (row->cached)
		buf_adds(out, " cached");
	if (row->accept)
		buf_addf(out, " %s", row->accept);
	for (const struct param *p = row->params; p && p->name; p++)
		buf_addf(out, " %s:%s%s", p->name, KIND_NAMES[p->kind], p->required ? "!" : "");
	buf_addf(out, "  %s\n", row->says ? row->says : "");
}

void http_routes_print(const struct route *const *routes, bool json, struct buf *out)
{
	if (json) {
		print_json(routes, out);
		return;
	}
	for (; *routes; routes++)
		for (const struct route *row = *routes; row->path; row++)
			print_row(row, out);
}
