/* Settings: reading the file, looking values up. What a value of each kind must be, and the text of
 * a fresh file, live in setting_value.c and setting_write.c. */
#include "base/setting.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/setting_value.h"
#include "base/str.h"

#define FILE_MAX     (256 * KIB)
#define LINE_MAX_LEN 2000
#define MEMORY_MAX   (2 * MIB)

struct value {
	const struct setting *row;
	_Atomic(const char *) text;
	_Atomic int64_t number;
	int line; /* where the file sets it; 0: default */
};

/* A text that became a row's later. Kept, for somebody may still read it, and taken again when the
 * same text comes back, so that there are as many as were ever written. */
struct kept {
	struct kept *next;
	char text[];
};

struct settings {
	struct arena *arena;
	struct kept *kept;
	struct value *values;
	size_t count;
};

/* The file while it is being read: the library counts lines too, but does not tell the handler. */
struct reading {
	struct settings *settings;
	const char *path;
	const char *at;
	int line;
	struct err *err;
	int rc; /* of the first line that is wrong */
	int wrong_line;
};

static struct value *find(const struct settings *s, const char *section, const char *key)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->values[i].row->key, key) == 0 &&
			strcmp(s->values[i].row->section, section) == 0)
			return &s->values[i];
	return NULL;
}

static bool has_section(const struct settings *s, const char *section)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->values[i].row->section, section) == 0)
			return true;
	return false;
}

/* Every row with its default. A bad default, or a row declared twice, is a bug. */
static int fill_defaults(struct settings *s, const struct setting *const *tables)
{
	size_t count = 0;

	for (const struct setting *const *t = tables; *t; t++)
		for (const struct setting *row = *t; row->section; row++)
			count++;
	s->values = arena_array(s->arena, count, sizeof *s->values);
	if (!s->values)
		return ERR_MEMORY;
	for (const struct setting *const *t = tables; *t; t++)
		for (const struct setting *row = *t; row->section; row++) {
			int64_t number = 0;
			int rc = setting_value_check(row, row->fallback, NULL, &number);
			struct value v = {.row = row, .text = row->fallback, .number = number};

			assert(rc == 0 && "a setting's default breaks its own rule");
			assert(!find(s, row->section, row->key) && "a setting is declared twice");
			s->values[s->count++] = v;
		}
	return 0;
}

static int __attribute__((__format__(__printf__, 3, 4)))
line_fail(struct reading *r, int line, const char *format, ...)
{
	struct err why = {0};
	va_list ap;

	if (r->rc < 0)
		return r->rc;
	va_start(ap, format);
	err_vset(&why, ERR_INVALID, format, ap);
	va_end(ap);
	r->wrong_line = line;
	r->rc = err_set(r->err, ERR_INVALID, "%s line %d: %s", r->path, line, why.text);
	return r->rc;
}

/* The library calls the handler for keys alone: a section with a wrong name and no known key would
 * pass unseen. */
static void check_section(struct reading *r, const char *line, size_t len)
{
	const char *end;
	char name[51];

	while (len > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	if (len == 0 || *line != '[')
		return;
	line++;
	end = memchr(line, ']', len - 1);
	if (!end)
		return; /* the library's error */
	len = (size_t)(end - line);
	if (len < sizeof name) {
		memcpy(name, line, len);
		name[len] = '\0';
		if (has_section(r->settings, name))
			return;
	}
	line_fail(r, r->line, "There is no section [%.*s].", len > 100 ? 100 : (int)len, line);
}

/* One line to the library, as fgets would. */
static char *next_line(char *out, int room, void *stream)
{
	struct reading *r = stream;
	size_t len = strcspn(r->at, "\n");

	if (r->rc < 0 || !*r->at)
		return NULL;
	r->line++;
	if (len > LINE_MAX_LEN || len + 2 > (size_t)room) {
		line_fail(r, r->line, "The line is longer than %d bytes.", LINE_MAX_LEN);
		return NULL;
	}
	check_section(r, r->at, len);
	if (r->at[len] == '\n')
		len++;
	memcpy(out, r->at, len);
	out[len] = '\0';
	r->at += len;
	return out;
}

/* 1: go on; 0: wrong. */
static int take_value(void *user, const char *section, const char *key, const char *text)
{
	struct reading *r = user;
	struct value *v = find(r->settings, section, key);
	struct err why = {0};
	int64_t number = 0;

	if (r->rc < 0)
		return 0;
	if (!*section)
		line_fail(r, r->line, "\"%s\" stands before the first [section].", key);
	else if (!v)
		line_fail(r, r->line, "There is no setting \"%s\" in section [%s].", key, section);
	else if (v->line)
		line_fail(r, r->line,
			"\"%s\" in section [%s] is already set in line %d: remove one of them.",
			key, section, v->line);
	else if (setting_value_check(v->row, text, &why, &number) < 0)
		line_fail(r, r->line, "%s", why.text);
	if (r->rc < 0 || !v)
		return 0;
	v->line = r->line;
	v->number = number;
	v->text = arena_strdup(r->settings->arena, text);
	return 1;
}

/* The whole file, at most FILE_MAX, into the arena. */
static int read_file(struct arena *a, const char *path, struct err *err, const char **ret)
{
	AUTO(auto_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t len = 0;
	ssize_t n = 1;
	struct stat st;
	char *text;

	if (fd < 0 && errno == ENOENT)
		return err_set(err, ERR_NOT_FOUND, "There is no settings file %s.", path);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, errno == EACCES ? ERR_DENIED : ERR_IO, "%s cannot be read: %s.",
			path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_INVALID, "%s is not a file.", path);
	text = arena_alloc(a, FILE_MAX + 2);
	if (!text)
		return err_set(err, ERR_MEMORY, "There is not enough memory to read %s.", path);
	while (n > 0 && len <= FILE_MAX) {
		n = read(fd, text + len, FILE_MAX + 1 - len);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n < 0)
			return err_set(
				err, ERR_IO, "%s cannot be read: %s.", path, strerror(errno));
		else
			len += (size_t)n;
	}
	if (len > FILE_MAX)
		return err_set(err, ERR_TOO_LARGE, "%s is larger than %zu bytes.", path, FILE_MAX);
	if (!str_utf8_valid(text, len))
		return err_set(err, ERR_INVALID, "%s is not UTF-8 text.", path);
	*ret = text;
	return 0;
}

/* The library's switches are global variables: what is written is what is read, so a value goes to
 * the end of its line, and indented lines do not go on with the value above. */
static int parse(struct reading *r)
{
	int line;

	ini_max_line = LINE_MAX_LEN + 3;
	ini_allow_inline_comments = false;
	ini_allow_multiline = false;
	line = ini_parse_stream(next_line, r, take_value, r);
	if (line > 0 && (r->rc == 0 || line < r->wrong_line)) {
		r->rc = 0;
		return line_fail(
			r, line, "This is neither [section], nor key = value, nor a ; comment.");
	}
	if (r->rc == 0 && (line < 0 || arena_failed(r->settings->arena)))
		return err_set(
			r->err, ERR_MEMORY, "There is not enough memory to read %s.", r->path);
	return r->rc;
}

int settings_load(const char *path, const struct setting *const *tables, struct err *err,
	struct settings **ret)
{
	struct settings *s = calloc(1, sizeof *s);
	struct reading r = {.settings = s, .path = path, .err = err};
	int rc = ERR_MEMORY;

	if (s)
		s->arena = arena_new(MEMORY_MAX);
	if (!s || !s->arena || fill_defaults(s, tables) < 0) {
		err_set(err, rc, "There is not enough memory for the settings.");
		goto out;
	}
	rc = read_file(s->arena, path, err, &r.at);
	if (rc == 0)
		rc = parse(&r);
	if (rc == 0) {
		*ret = s;
		s = NULL;
	}
out:
	settings_free(s);
	return rc;
}

void settings_free(struct settings *s)
{
	struct kept *next;

	if (!s)
		return;
	for (struct kept *k = s->kept; k; k = next) {
		next = k->next;
		free(k);
	}
	arena_free(s->arena);
	free(s);
}

static bool is_equal(const struct value *a, const struct value *b)
{
	bool text = a->row->kind == SETTING_TEXT || a->row->kind == SETTING_CHOICE;

	return text ? strcmp(a->text, b->text) == 0 : a->number == b->number;
}

/* The text, in memory that lives as long as the settings; NULL without memory. */
static const char *keep(struct settings *s, const char *text)
{
	size_t size = strlen(text) + 1;
	struct kept *k;

	for (k = s->kept; k; k = k->next)
		if (strcmp(k->text, text) == 0)
			return k->text;
	k = malloc(sizeof *k + size);
	if (!k)
		return NULL;
	memcpy(k->text, text, size);
	k->next = s->kept;
	s->kept = k;
	return k->text;
}

static void add_name(struct buf *out, const struct setting *row)
{
	buf_addf(out, "%s%s.%s", out->len ? " " : "", row->section, row->key);
}

int settings_apply(struct settings *running, const struct settings *fresh, struct buf *changed,
	struct buf *waiting, struct err *err)
{
	for (size_t i = 0; i < running->count; i++) {
		const struct value *v = &running->values[i], *new = &fresh->values[i];

		assert(v->row == new->row);
		if (v->row->live && !is_equal(v, new) && !keep(running, new->text))
			return err_set(
				err, ERR_MEMORY, "There is not enough memory for the settings.");
	}
	for (size_t i = 0; i < running->count; i++) {
		struct value *v = &running->values[i];
		const struct value *new = &fresh->values[i];

		if (is_equal(v, new))
			continue;
		add_name(v->row->live ? changed : waiting, v->row);
		if (!v->row->live)
			continue;
		v->text = keep(running, new->text);
		v->number = new->number;
	}
	return 0;
}

static const struct value *get(const struct settings *s, const char *section, const char *key)
{
	const struct value *v = find(s, section, key);

	assert(v && "an undeclared setting is read");
	return v;
}

const char *settings_text(const struct settings *s, const char *section, const char *key)
{
	return get(s, section, key)->text;
}

bool settings_bool(const struct settings *s, const char *section, const char *key)
{
	const struct value *v = get(s, section, key);

	assert(v->row->kind == SETTING_BOOL);
	return v->number;
}

int64_t settings_int(const struct settings *s, const char *section, const char *key)
{
	const struct value *v = get(s, section, key);

	assert(v->row->kind == SETTING_INT || v->row->kind == SETTING_SIZE ||
		v->row->kind == SETTING_DURATION);
	return v->number;
}
