/* The command line: finding the command's row, parsing options, help, answers and errors. No
 * command is known here. */
#include "app/app.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "app/help.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"

#define ARENA_MAX   (64 * MIB)
#define OPTIONS_MAX 128

struct parsing {
	struct invocation in;
	struct option_value values[OPTIONS_MAX];
	const char **words;
	int word_count;
	bool help;
};

const struct option_value *invocation_option(const struct invocation *in, const char *name, int n)
{
	for (int i = 0; i < in->option_count; i++)
		if (str_eq(in->options[i].option->name, name) && n-- == 0)
			return &in->options[i];
	return NULL;
}

const char *invocation_text(const struct invocation *in, const char *name)
{
	const struct option_value *v = invocation_option(in, name, 0);

	return v ? v->text : NULL;
}

bool invocation_flag(const struct invocation *in, const char *name)
{
	return invocation_option(in, name, 0) != NULL;
}

const char *invocation_who(struct invocation *in)
{
	const char *sudo = getenv("SUDO_USER");
	struct passwd entry, *user = NULL;
	char names[1024];

	if (getpwuid_r(getuid(), &entry, names, sizeof(names), &user) != 0)
		user = NULL;
	return arena_printf(in->cx.arena, "command:%.64s",
		sudo   ? sudo
		: user ? user->pw_name
		       : "?");
}

static int read_text(struct invocation *in, int fd, const char *name, size_t max, const char **ret)
{
	AUTO(buf_done) struct buf text = BUF(max);
	char chunk[8192];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ctx_fail(
				&in->cx, ERR_IO, "%s cannot be read: %s", name, strerror(errno));
		buf_add(&text, chunk, (size_t)n);
		if (text.failed)
			return ctx_fail(&in->cx, ERR_TOO_LARGE,
				"%s is too large: at most %zu bytes", name, max);
	}
	if (!str_utf8_valid(buf_text(&text), text.len))
		return ctx_fail(&in->cx, ERR_INVALID, "%s is not UTF-8 text", name);
	*ret = arena_copy(in->cx.arena, buf_text(&text), text.len);
	return *ret ? 0 : ctx_fail(&in->cx, ERR_MEMORY, "not enough memory");
}

int invocation_input(struct invocation *in, const char *argument, size_t max, const char **ret)
{
	if (str_eq(argument, "-"))
		return read_text(in, STDIN_FILENO, "standard input", max, ret);
	if (strlen(argument) > max)
		return ctx_fail(
			&in->cx, ERR_TOO_LARGE, "the text is too long: at most %zu bytes", max);
	if (!str_utf8_valid(argument, strlen(argument)))
		return ctx_fail(&in->cx, ERR_INVALID, "the text is not UTF-8");
	*ret = argument;
	return 0;
}

int invocation_file(struct invocation *in, const char *path, size_t max, const char **ret)
{
	AUTO(auto_close) int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return ctx_fail(&in->cx, ERR_INVALID, "the file %.300s cannot be read: %s", path,
			strerror(errno));
	return read_text(in, fd, path, max, ret);
}

int invocation_bytes(
	struct invocation *in, const char *path, size_t max, const void **ret, size_t *ret_len)
{
	AUTO(auto_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *bytes;
	size_t len = 0;
	ssize_t n = 1;

	if (fd < 0 || fstat(fd, &st) != 0)
		return ctx_fail(&in->cx, ERR_INVALID, "the file %.300s cannot be read: %s", path,
			strerror(errno));
	if (!S_ISREG(st.st_mode))
		return ctx_fail(&in->cx, ERR_INVALID, "%.300s is not a file", path);
	if (st.st_size == 0)
		return ctx_fail(&in->cx, ERR_INVALID, "the file %.300s is empty", path);
	if ((uint64_t)st.st_size > max)
		return ctx_fail(&in->cx, ERR_TOO_LARGE, "%.300s is too large: at most %zu MiB",
			path, max / MIB);
	bytes = arena_alloc(in->cx.arena, (size_t)st.st_size);
	if (!bytes)
		return ctx_fail(&in->cx, ERR_MEMORY, "not enough memory");
	while (len < (size_t)st.st_size &&
		(n = read(fd, bytes + len, (size_t)st.st_size - len)) > 0)
		len += (size_t)n;
	if (n < 0)
		return ctx_fail(&in->cx, ERR_INVALID, "the file %.300s cannot be read: %s", path,
			strerror(errno));
	*ret = bytes;
	*ret_len = len;
	return 0;
}

void invocation_answer(struct invocation *in, json_t *object, const char *format, ...)
{
	va_list ap;

	if (in->json) {
		AUTO(auto_free) char *text = json_text(object);

		printf("%s\n", text ? text : "{}");
	} else {
		va_start(ap, format);
		vprintf(format, ap);
		va_end(ap);
	}
	json_decref(object);
}

static const struct command *find_command(const char *first, const char *second, int *ret_words)
{
	const struct command *found = NULL;

	for (const struct feature *const *f = features; *f; f++) {
		for (const struct command *c = (*f)->commands; c && c->name; c++) {
			size_t n = strcspn(c->name, " ");
			bool two = c->name[n] == ' ';

			if (strncmp(c->name, first, n) || first[n])
				continue;
			if (two && !str_eq(c->name + n + 1, second))
				continue;
			if (!found || two) {
				found = c;
				*ret_words = two ? 2 : 1;
			}
		}
	}
	return found;
}

static const struct option *find_option(const struct command *c, const char *name, size_t len)
{
	for (const struct option *o = c->options; o && o->name; o++)
		if (strlen(o->name) == len && !memcmp(o->name, name, len))
			return o;
	return NULL;
}

static int check_lang(
	struct parsing *p, const struct option *o, const char *text, size_t len, const char **ret)
{
	const char *tag = arena_copy(p->in.cx.arena, text, len);
	char canonical[16];

	if (!tag || !str_lang(tag, canonical))
		return ctx_fail(&p->in.cx, ERR_INVALID,
			"--%s: \"%.40s\" is not a language tag such as uz, uz-Cyrl, ru or en",
			o->name, tag ? tag : "");
	*ret = arena_strdup(p->in.cx.arena, canonical);
	return *ret ? 0 : ctx_fail(&p->in.cx, ERR_MEMORY, "not enough memory");
}

static int add_value(struct parsing *p, const struct option *o, const char *text)
{
	struct option_value *v = &p->values[p->in.option_count];
	const char *equals = text ? strchr(text, '=') : NULL;
	int rc = 0;

	if (p->in.option_count == OPTIONS_MAX)
		return ctx_fail(&p->in.cx, ERR_INVALID, "too many options");
	if (!o->repeated && invocation_option(&p->in, o->name, 0))
		return ctx_fail(&p->in.cx, ERR_INVALID, "--%s is given twice", o->name);
	if (text && !str_utf8_valid(text, strlen(text)))
		return ctx_fail(&p->in.cx, ERR_INVALID, "--%s is not UTF-8 text", o->name);
	*v = (struct option_value){.option = o, .text = text};
	if (o->kind == OPTION_LANG)
		rc = check_lang(p, o, text, strlen(text), &v->lang);
	if (o->kind == OPTION_LANG_TEXT) {
		if (!equals)
			return ctx_fail(&p->in.cx, ERR_INVALID,
				"--%s: \"%.100s\" is not of the form %s", o->name, text, o->value);
		rc = check_lang(p, o, text, (size_t)(equals - text), &v->lang);
		v->text = equals + 1;
	}
	p->in.option_count += rc == 0;
	return rc;
}

/* One option at argv[*i]; moves *i over a value that stands apart. */
static int parse_option(struct parsing *p, int argc, const char **argv, int *i)
{
	const char *name = argv[*i] + 2;
	size_t len = strcspn(name, "=");
	const struct option *o = find_option(p->in.command, name, len);
	const char *value = name[len] ? name + len + 1 : NULL;

	if (len == 4 && (str_starts(name, "json") || str_starts(name, "help"))) {
		if (value)
			return ctx_fail(&p->in.cx, ERR_INVALID, "--%.4s takes no value", name);
		p->in.json = p->in.json || *name == 'j';
		p->help = p->help || *name == 'h';
		return 0;
	}
	if (!o)
		return ctx_fail(&p->in.cx, ERR_INVALID,
			"there is no option --%.*s: see chorsu %s --help", (int)len, name,
			p->in.command->name);
	if (o->kind == OPTION_FLAG && value)
		return ctx_fail(&p->in.cx, ERR_INVALID, "--%s takes no value", o->name);
	if (o->kind != OPTION_FLAG && !value) {
		if (*i + 1 >= argc)
			return ctx_fail(&p->in.cx, ERR_INVALID, "--%s needs a value: %s", o->name,
				o->value);
		value = argv[++*i];
	}
	return add_value(p, o, value);
}

static int parse_words(struct parsing *p, int argc, const char **argv)
{
	bool plain = false;
	int rc = 0;

	p->words = arena_array(p->in.cx.arena, (size_t)argc + 1, sizeof(*p->words));
	if (!p->words)
		return ctx_fail(&p->in.cx, ERR_MEMORY, "not enough memory");
	for (int i = 0; rc == 0 && i < argc; i++) {
		if (!plain && str_eq(argv[i], "--"))
			plain = true;
		else if (!plain && str_starts(argv[i], "--"))
			rc = parse_option(p, argc, argv, &i);
		else if (!plain && str_eq(argv[i], "-h"))
			p->help = true;
		else if (!plain && argv[i][0] == '-' && argv[i][1])
			rc = ctx_fail(&p->in.cx, ERR_INVALID,
				"there is no option %.60s (text that begins with - goes after --)",
				argv[i]);
		else
			p->words[p->word_count++] = argv[i];
	}
	return rc;
}

static int check_words(struct parsing *p)
{
	const struct command *c = p->in.command;
	int dir = c->needs != NEEDS_NOTHING;

	if (p->word_count < dir + c->least || p->word_count > dir + c->most)
		return ctx_fail(&p->in.cx, ERR_INVALID, "%s: usage: chorsu %s%s%s%s",
			p->word_count < dir + c->least ? "something is missing"
						       : "there is too much",
			c->name, dir ? " DIR" : "", *c->arguments ? " " : "", c->arguments);
	for (const struct option *o = c->options; o && o->name; o++)
		if (o->required && !invocation_option(&p->in, o->name, 0))
			return ctx_fail(
				&p->in.cx, ERR_INVALID, "--%s %s is needed", o->name, o->value);
	p->in.dir = dir ? p->words[0] : NULL;
	p->in.arguments = p->words + dir;
	p->in.argument_count = p->word_count - dir;
	return 0;
}

static int run(struct parsing *p)
{
	struct server *s = NULL;
	int rc = check_words(p);

	if (rc == 0 && p->in.command->needs == NEEDS_STORE)
		rc = store_open(&p->in.cx, p->in.dir, false, &s);
	if (rc == 0)
		rc = p->in.command->run(&p->in);
	store_close(s);
	if (rc == 0 && (fflush(stdout) != 0 || ferror(stdout)))
		rc = ctx_fail(
			&p->in.cx, ERR_IO, "the answer could not be written: %s", strerror(errno));
	return rc;
}

static void say_error(const struct invocation *in)
{
	if (in->json) {
		json_t *error = json_pack("{s:{s:s, s:s}}", "error", "code",
			err_name(in->cx.err.code), "text", err_text(&in->cx.err));
		AUTO(auto_free) char *text = json_text(error);

		json_decref(error);
		fprintf(stderr, "%s\n", text ? text : "{}");
	} else {
		fprintf(stderr, "chorsu: %s\n", err_text(&in->cx.err));
	}
}

int cli_main(int argc, const char **argv)
{
	struct parsing p = {0};
	int words = 0, rc = 0;

	if (argc < 2 || str_eq(argv[1], "--help") || str_eq(argv[1], "-h") ||
		str_eq(argv[1], "help")) {
		help_print(argc < 2 ? stderr : stdout, argc > 2 ? argv[2] : NULL);
		return argc < 2 ? 2 : 0;
	}
	if (str_eq(argv[1], "--version") || str_eq(argv[1], "version")) {
		printf("chorsu %s\n", CHORSU_VERSION);
		return 0;
	}
	p.in.cx.arena = arena_new(ARENA_MAX);
	if (!p.in.cx.arena)
		return 1;
	p.in.options = p.values;
	p.in.command = find_command(argv[1], argc > 2 ? argv[2] : "", &words);
	if (!p.in.command)
		rc = ctx_fail(&p.in.cx, ERR_INVALID,
			"there is no command \"%.60s%s%.60s\": see chorsu --help", argv[1],
			argc > 2 ? " " : "", argc > 2 ? argv[2] : "");
	if (rc == 0)
		rc = parse_words(&p, argc - 1 - words, argv + 1 + words);
	if (rc == 0 && p.help)
		help_command(stdout, p.in.command);
	else if (rc == 0)
		rc = run(&p);
	if (rc < 0 && !p.in.cx.err.code)
		p.in.cx.err.code = rc;
	if (rc < 0)
		say_error(&p.in);
	arena_free(p.in.cx.arena);
	return err_exit_status(rc);
}
