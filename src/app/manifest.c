/* The first member of a backup: what made it, and what the rows are rows of. */
#include <string.h>

#include "app/app.h"
#include "app/backup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"

static const char *const TYPES[] = {"integer", "text", "blob"};

static json_t *steps_json(const struct manifest *m)
{
	json_t *list = json_array();

	for (int i = 0; i < m->step_count; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:I, s:s}", "room", m->steps[i].room, "number",
				      (json_int_t)m->steps[i].number, "name", m->steps[i].name));
	return list;
}

static json_t *tables_json(const struct manifest *m)
{
	json_t *list = json_array();

	for (int i = 0; i < m->table_count; i++) {
		const struct table *t = &m->tables[i];
		json_t *columns = json_object();

		for (int n = 0; n < t->column_count; n++)
			json_object_set_new(columns, t->columns[n].name,
				json_string(TYPES[t->columns[n].type]));
		json_array_append_new(
			list, json_pack("{s:s, s:o}", "name", t->name, "columns", columns));
	}
	return list;
}

int manifest_write(const struct manifest *m, struct buf *out)
{
	char at[32];
	json_t *j;
	char *text;

	clock_rfc3339(m->at, at);
	j = json_pack("{s:s, s:i, s:s, s:s, s:s, s:b, s:o, s:o}", "kind", "chorsu backup", "format",
		BACKUP_FORMAT, "version", CHORSU_VERSION, "at", at, "url", m->url, "secret",
		m->secret, "migrations", steps_json(m), "tables", tables_json(m));
	text = j ? json_dumps(j, JSON_INDENT(1)) : NULL;
	if (text)
		buf_addf(out, "%s\n", text);
	json_decref(j);
	free(text);
	return text && !out->failed ? 0 : ERR_MEMORY;
}

static int bad(struct ctx *cx, const char *what)
{
	return ctx_fail(cx, ERR_INVALID, "manifest.json is not one of ours: %s", what);
}

static int parse_steps(struct ctx *cx, const json_t *list, struct manifest *m)
{
	struct step *steps = arena_array(cx->arena, json_array_size(list) + 1, sizeof(*steps));
	size_t i;
	json_t *j;

	if (!steps)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	json_array_foreach((json_t *)list, i, j)
	{
		steps[i] = (struct step){json_str(j, "room"),
			json_integer_value(json_object_get(j, "number")), json_str(j, "name")};
		if (!steps[i].room || !steps[i].name || steps[i].number < 1)
			return bad(cx, "a migration has no room, number or name");
	}
	m->steps = steps;
	m->step_count = (int)json_array_size(list);
	if (db_steps_check(store_migrations(), steps, m->step_count, &cx->err) == 0)
		return 0;
	return ctx_fail(cx, cx->err.code, "the backup cannot be restored: %s", cx->err.text);
}

static int parse_columns(struct ctx *cx, const json_t *object, struct table *t)
{
	struct column *columns =
		arena_array(cx->arena, json_object_size(object) + 1, sizeof(*columns));
	const char *name;
	json_t *type;

	if (!columns)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	json_object_foreach((json_t *)object, name, type)
	{
		struct column *c = &columns[t->column_count++];
		size_t i = 0;

		while (i < LENGTH(TYPES) && !str_eq(TYPES[i], json_string_value(type)))
			i++;
		if (i == LENGTH(TYPES))
			return bad(cx, "a column has no type that is known");
		*c = (struct column){arena_strdup(cx->arena, name), (enum column_type)i};
	}
	t->columns = columns;
	return 0;
}

static int parse_tables(struct ctx *cx, const json_t *list, struct manifest *m)
{
	struct table *tables = arena_array(cx->arena, json_array_size(list) + 1, sizeof(*tables));
	size_t i;
	json_t *j;
	int rc = 0;

	if (!tables)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	json_array_foreach((json_t *)list, i, j)
	{
		tables[i].name = json_str(j, "name");
		if (!tables[i].name)
			return bad(cx, "a table has no name");
		rc = parse_columns(cx, json_object_get(j, "columns"), &tables[i]);
		if (rc < 0)
			return rc;
	}
	m->tables = tables;
	m->table_count = (int)json_array_size(list);
	return 0;
}

static int check_format(struct ctx *cx, const json_t *j)
{
	json_int_t format = json_integer_value(json_object_get(j, "format"));

	if (!str_eq(json_str(j, "kind"), "chorsu backup") || format < 1)
		return bad(cx, "it does not say that it is a backup of chorsu");
	if (format > BACKUP_FORMAT)
		return ctx_fail(cx, ERR_CONFLICT,
			"the backup has the form %lld, made by version %.40s of chorsu, and this version " CHORSU_VERSION
			" reads the form %d: install that version",
			(long long)format, json_str(j, "version") ? json_str(j, "version") : "?",
			BACKUP_FORMAT);
	return 0;
}

int manifest_parse(struct ctx *cx, const char *p, size_t len, struct manifest *ret)
{
	struct manifest m = {0};
	json_t *j;
	int rc = json_parse(p, len, &cx->err, &j);

	if (rc < 0)
		return ctx_fail(cx, rc, "manifest.json: %s", cx->err.text);
	if (!json_keep(cx->arena, j))
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	rc = check_format(cx, j);
	if (rc < 0)
		return rc;
	m.url = json_str(j, "url");
	m.at = json_str(j, "at") ? clock_parse_rfc3339(json_str(j, "at")) : -1;
	m.secret = json_is_true(json_object_get(j, "secret"));
	if (!m.url || m.at < 0)
		return bad(cx, "it has no url, or no time");
	rc = parse_steps(cx, json_object_get(j, "migrations"), &m);
	if (rc == 0)
		rc = parse_tables(cx, json_object_get(j, "tables"), &m);
	if (rc == 0)
		*ret = m;
	return rc;
}
