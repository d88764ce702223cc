/* The completion of commands for bash, made from the rows of commands. */
#include <ctype.h>
#include <string.h>

#include "app/app.h"
#include "app/help.h"
#include "base/str.h"

static const char HEAD[] =
	"# Completion of chorsu for bash, made by `chorsu help --completion` from the rows of its commands.\n"
	"_chorsu_offer()\n"
	"{\n"
	"\tmapfile -t COMPREPLY < <(compgen \"$@\" -- \"${COMP_WORDS[COMP_CWORD]}\")\n"
	"}\n"
	"\n"
	"_chorsu()\n"
	"{\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} first=${COMP_WORDS[1]} second=${COMP_WORDS[2]}\n"
	"\tlocal at=2 dir='' options='' valued='' words='' given=0 i\n"
	"\tCOMPREPLY=()\n";

static const char TAIL[] =
	"\tfor ((i = at; i < COMP_CWORD; i++)); do\n"
	"\t\tcase ${COMP_WORDS[i]} in\n"
	"\t\t--*) [[ \" $valued \" == *\" ${COMP_WORDS[i]} \"* ]] && ((i++)) ;;\n"
	"\t\t*) ((given++)) ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"\tif ((i > COMP_CWORD)); then\n"
	"\t\treturn # the value of an option: a text or a file\n"
	"\telif [[ $cur == -* ]]; then\n"
	"\t\t_chorsu_offer -W \"$options --json --help\"\n"
	"\telif [[ $dir && $given == 0 ]]; then\n"
	"\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\t_chorsu_offer -d\n"
	"\telif [[ $words && $given == 1 ]]; then\n"
	"\t\t_chorsu_offer -W \"$words\"\n"
	"\tfi\n"
	"}\n"
	"complete -o default -F _chorsu chorsu\n";

/* The command after this one that people see; NULL: the first. NULL past the last. */
static const struct command *next(const struct command *after)
{
	bool passed = !after;

	for (const struct feature *const *f = features; *f; f++)
		for (const struct command *c = (*f)->commands; c && c->name; c++) {
			if (passed && !c->hidden)
				return c;
			passed = passed || c == after;
		}
	return NULL;
}

/* Does an earlier command begin with the same word? */
static bool is_first_of_its_word(const struct command *of)
{
	size_t n = strcspn(of->name, " ");

	for (const struct command *c = next(NULL); c; c = next(c)) {
		if (c == of)
			return true;
		if (strcspn(c->name, " ") == n && !memcmp(c->name, of->name, n))
			return false;
	}
	return true;
}

static void put_first_words(FILE *out)
{
	fputs("\tif ((COMP_CWORD == 1)); then\n\t\t_chorsu_offer -W 'help version", out);
	for (const struct command *c = next(NULL); c; c = next(c)) {
		if (is_first_of_its_word(c))
			fprintf(out, " %.*s", (int)strcspn(c->name, " "), c->name);
	}
	fputs("'\n\t\treturn\n\tfi\n", out);
}

/* For a word that more than one command begins with: the words that follow it. */
static void put_second_words(FILE *out)
{
	fputs("\tif ((COMP_CWORD == 2)); then\n\t\tcase $first in\n", out);
	for (const struct command *c = next(NULL); c; c = next(c)) {
		size_t n = strcspn(c->name, " ");

		if (!c->name[n] || !is_first_of_its_word(c))
			continue;
		fprintf(out, "\t\t%.*s) words='", (int)n, c->name);
		for (const struct command *d = next(NULL); d; d = next(d)) {
			if (!strncmp(d->name, c->name, n + 1))
				fprintf(out, "%s%s", d == c ? "" : " ", d->name + n + 1);
		}
		fputs("' ;;\n", out);
	}
	fputs("\t\tesac\n\t\tif [[ $words ]]; then\n\t\t\t_chorsu_offer -W \"$words\"\n\t\t\treturn\n\t\tfi\n\tfi\n",
		out);
}

static void put_options(FILE *out, const struct command *c, const char *name, bool valued)
{
	bool first = true;

	for (const struct option *o = c->options; o && o->name; o++) {
		if (valued && o->kind == OPTION_FLAG)
			continue;
		fprintf(out, "%s--%s", first ? name : " ", o->name);
		first = false;
	}
	if (!first)
		fputc('\'', out);
}

/* Words of the arguments that are to be written as they stand: those in small letters. */
static void put_words(FILE *out, const char *arguments)
{
	bool first = true;

	for (const char *p = arguments; *p;) {
		size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyz-");

		if (n > 1 && !isupper((unsigned char)p[n])) {
			fprintf(out, "%s%.*s", first ? " words='" : " ", (int)n, p);
			first = false;
		}
		p += n ? n : 1;
	}
	if (!first)
		fputc('\'', out);
}

static void put_command(FILE *out, const struct command *c)
{
	bool two = strchr(c->name, ' ');

	fprintf(out, two ? "\t'%s')" : "\t'%s '*)", c->name);
	fputs(two ? " at=3" : " at=2", out);
	if (c->needs != NEEDS_NOTHING)
		fputs(" dir=yes", out);
	put_options(out, c, " options='", false);
	put_options(out, c, " valued='", true);
	put_words(out, c->arguments);
	fputs(" ;;\n", out);
}

void completion_print(FILE *out)
{
	fputs(HEAD, out);
	put_first_words(out);
	put_second_words(out);
	fputs("\tcase \"$first $second\" in\n", out);
	for (int two = 1; two >= 0; two--) {
		for (const struct command *c = next(NULL); c; c = next(c)) {
			if (!strchr(c->name, ' ') == !two)
				put_command(out, c);
		}
	}
	fputs("\t*) return ;;\n\tesac\n", out);
	fputs(TAIL, out);
}
