/* Kinds of parameters: what each takes, and its canonical form. */
#include "kit/http/param_kind.h"

#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/str.h"

#define HANDLE_MAX 30 /* as everywhere a handle is chosen */

static int refuse(const struct param *p, const char *text, struct err *err, const char *wants)
{
	return err_set(err, ERR_INVALID, "The parameter \"%s\" must be %s, not \"%.40s\".", p->name,
		wants, text);
}

/* Browsers send the lines of a form ended by CR LF. */
static void lines_to_lf(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		if (*from != '\r')
			*to++ = *from;
		else if (from[1] != '\n')
			*to++ = '\n';
	}
	*to = '\0';
}

static int read_text(
	struct arena *a, const struct param *p, char *text, struct err *err, struct value *ret)
{
	(void)a;
	lines_to_lf(text);
	if (!str_is_text(text, strlen(text)))
		return err_set(err, ERR_INVALID,
			"The parameter \"%s\" has control characters: take them out.", p->name);
	ret->text = text;
	return 0;
}

static int read_id(
	struct arena *a, const struct param *p, char *text, struct err *err, struct value *ret)
{
	(void)a;
	if (!id_parse(text, &ret->number))
		return refuse(p, text, err, "an id, a whole number");
	ret->text = text;
	return 0;
}

static int read_int(
	struct arena *a, const struct param *p, char *text, struct err *err, struct value *ret)
{
	char wants[64];

	(void)a;
	if (!str_to_int64(text, &ret->number))
		return refuse(p, text, err, "a whole number");
	if (p->max > 0 && (uint64_t)ret->number > p->max) {
		snprintf(wants, sizeof wants, "at most %zu", p->max);
		return refuse(p, text, err, wants);
	}
	ret->text = text;
	return 0;
}

static int read_handle(
	struct arena *a, const struct param *p, char *text, struct err *err, struct value *ret)
{
	size_t len = strlen(text);

	(void)a;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (len > HANDLE_MAX || !(letter || (c >= '0' && c <= '9') || c == '_'))
			return refuse(p, text, err,
				"a handle, at most 30 Latin letters, digits and underscores");
		if (c >= 'A' && c <= 'Z')
			text[i] = (char)(c - 'A' + 'a');
	}
	ret->text = text;
	return 0;
}

static int read_lang(
	struct arena *a, const struct param *p, char *text, struct err *err, struct value *ret)
{
	char tag[16];

	if (!str_lang(text, tag))
		return refuse(p, text, err, "a language tag such as \"uz\", \"uz-Cyrl\" or \"ru\"");
	ret->text = arena_strdup(a, tag);
	return ret->text ? 0
			 : err_set(err, ERR_MEMORY,
				   "This request needs more memory than one may have.");
}

static int read_bool(
	struct arena *a, const struct param *p, char *text, struct err *err, struct value *ret)
{
	(void)a;
	if (str_eq(text, "true") || str_eq(text, "1") || str_eq(text, "on"))
		ret->number = 1;
	else if (!str_eq(text, "false") && !str_eq(text, "0") && !str_eq(text, "off"))
		return refuse(p, text, err, "\"true\" or \"false\"");
	ret->text = ret->number ? "true" : "false";
	return 0;
}

typedef int kind_fn(
	struct arena *a, const struct param *p, char *text, struct err *err, struct value *ret);

static kind_fn *const KINDS[] = {
	[PARAM_TEXT] = read_text,
	[PARAM_ID] = read_id,
	[PARAM_INT] = read_int,
	[PARAM_HANDLE] = read_handle,
	[PARAM_LANG] = read_lang,
	[PARAM_BOOL] = read_bool,
};

int param_kind_read(
	struct arena *a, const struct param *p, char *text, struct err *err, struct value *ret)
{
	size_t max = p->kind == PARAM_INT || p->max == 0 ? PARAM_TEXT_MAX : p->max;

	if (strlen(text) > max)
		return err_set(err, ERR_INVALID,
			"The parameter \"%s\" is longer than %zu bytes: shorten it.", p->name, max);
	if (p->kind != PARAM_TEXT && !*text)
		return 0;
	return KINDS[p->kind](a, p, text, err, ret);
}
