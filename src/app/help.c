/* Help texts, made from the rows of the commands. */
#include "app/help.h"

#include "app/app.h"
#include "base/str.h"

void help_all(FILE *out, const char *word)
{
	fprintf(out, "chorsu %s: official pages of institutions, for the web and the fediverse\n\n",
		CHORSU_VERSION);
	for (const struct feature *const *f = features; *f; f++)
		for (const struct command *c = (*f)->commands; c && c->name; c++)
			if (!c->hidden && (!word || str_starts(c->name, word)))
				fprintf(out, "  chorsu %s%s%s%s\n        %s\n", c->name,
					c->needs != NEEDS_NOTHING ? " DIR" : "",
					*c->arguments ? " " : "", c->arguments, c->says);
	fprintf(out,
		"\nEach takes --json and --help. Exit status: 0 done, 1 failed, 2 wrong input, 3 not found, 4 conflict, 5 denied.\n");
}

void help_command(FILE *out, const struct command *c)
{
	fprintf(out, "chorsu %s%s%s%s\n    %s\n", c->name, c->needs != NEEDS_NOTHING ? " DIR" : "",
		*c->arguments ? " " : "", c->arguments, c->says);
	if (c->more)
		fprintf(out, "\n%s\n", c->more);
	if (c->options && c->options->name)
		fprintf(out, "\n");
	for (const struct option *o = c->options; o && o->name; o++)
		fprintf(out, "  --%s%s%s%s\n        %s\n", o->name, o->value ? " " : "",
			o->value ? o->value : "", o->repeated ? " …" : "", o->says);
	fprintf(out, "  --json\n        the answer, or the error, as one line of JSON\n");
}

void help_print(FILE *out, const char *word)
{
	if (word && str_eq(word, "--man"))
		manual_commands(out);
	else if (word && str_eq(word, "--man-settings"))
		manual_settings(out);
	else if (word && str_eq(word, "--completion"))
		completion_print(out);
	else
		help_all(out, word);
}
