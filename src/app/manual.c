/* Manual pages in man(7), made from the rows of commands and settings. */
#include <string.h>

#include "app/app.h"
#include "app/help.h"
#include "base/setting.h"
#include "base/str.h"

/* Text that roff takes as it stands: no escapes, no hyphens that break options, no requests. */
static void put(FILE *out, const char *text)
{
	for (bool begins = true; *text; begins = *text == '\n', text++) {
		if (begins && (*text == '.' || *text == '\''))
			fputs("\\&", out);
		if (*text == '\\')
			fputs("\\e", out);
		else if (*text == '-')
			fputs("\\-", out);
		else
			fputc(*text, out);
	}
}

/* A sentence, or several lines, as a paragraph of its own. */
static void put_paragraph(FILE *out, const char *text)
{
	put(out, text);
	fputc('\n', out);
}

static void put_bold(FILE *out, const char *text)
{
	fputs("\\fB", out);
	put(out, text);
	fputs("\\fR", out);
}

static void put_title(FILE *out, const char *name, int section, const char *says)
{
	fprintf(out, ".TH %s %d %s \"chorsu %s\"\n.SH NAME\n", name, section, CHORSU_DATE,
		CHORSU_VERSION);
	put(out, section == 1 ? "chorsu" : "chorsu.conf");
	fputs(" \\- ", out);
	put_paragraph(out, says);
}

static void put_option(FILE *out, const struct option *o)
{
	fputs(".TP\n\\fB\\-\\-", out);
	put(out, o->name);
	fputs("\\fR", out);
	if (o->value) {
		fputs(" \\fI", out);
		put(out, o->value);
		fputs("\\fR", out);
	}
	if (o->repeated)
		fputs(" \\&...", out);
	fputc('\n', out);
	put(out, o->says);
	fputs(o->required ? " (needed)\n" : "\n", out);
}

static void put_command(FILE *out, const struct command *c)
{
	fputs(".TP\n", out);
	put_bold(out, "chorsu ");
	put_bold(out, c->name);
	if (c->needs != NEEDS_NOTHING)
		fputs(" \\fIDIR\\fR", out);
	if (*c->arguments) {
		fputc(' ', out);
		put(out, c->arguments);
	}
	fputc('\n', out);
	put_paragraph(out, c->says);
	if (!c->more && !(c->options && c->options->name))
		return;
	fputs(".RS\n", out);
	if (c->more) {
		fputs(".PP\n", out);
		put_paragraph(out, c->more);
	}
	for (const struct option *o = c->options; o && o->name; o++)
		put_option(out, o);
	fputs(".RE\n", out);
}

void manual_commands(FILE *out)
{
	put_title(
		out, "CHORSU", 1, "official pages of institutions, for the web and the fediverse");
	fputs(".SH SYNOPSIS\n\\fBchorsu\\fR \\fICOMMAND\\fR [\\fIDIR\\fR] [\\fIARGUMENTS\\fR] [\\fIOPTIONS\\fR]\n"
	      ".SH DESCRIPTION\n"
	      "A store is a folder, \\fIDIR\\fR. \\fBchorsu init\\fR makes it, \\fBchorsu serve\\fR serves it, and the other\n"
	      "commands work on it whether or not it is being served.\n"
	      ".SH COMMANDS\n",
		out);
	for (const struct feature *const *f = features; *f; f++)
		for (const struct command *c = (*f)->commands; c && c->name; c++)
			if (!c->hidden)
				put_command(out, c);
	fputs(".SH OPTIONS\nEvery command takes these.\n"
	      ".TP\n\\fB\\-\\-json\\fR\nThe answer, or the error, is one line of JSON.\n"
	      ".TP\n\\fB\\-\\-help\\fR\nWhat the command does.\n"
	      ".PP\nText that begins with a hyphen goes after \\fB\\-\\-\\fR.\n"
	      ".SH SIGNALS\nOf \\fBchorsu serve\\fR:\n"
	      ".TP\n\\fBSIGTERM\\fR, \\fBSIGINT\\fR\nRequests and deliveries under way end, then the server does.\n"
	      ".TP\n\\fBSIGHUP\\fR\nSettings, templates and assets are read again and the log file is opened anew. A line of log says which\n"
	      "settings changed and which wait for a restart.\n"
	      ".SH EXIT STATUS\n0 done, 1 failed, 2 wrong input, 3 not found, 4 conflict, 5 denied.\n"
	      ".SH FILES\n"
	      ".TP\n\\fIDIR\\fR/chorsu.conf\nSettings, see \\fBchorsu.conf\\fR(5).\n"
	      ".TP\n\\fIDIR\\fR/secret.key\nOpens the institutions' keys. No backup holds it: keep a copy in another place.\n"
	      ".TP\n\\fIDIR\\fR/chorsu.db\nThe database, unless it is PostgreSQL.\n"
	      ".TP\n\\fIDIR\\fR/templates, \\fIDIR\\fR/assets\nWhat stands in the place of the program's own.\n"
	      ".SH SEE ALSO\n\\fBchorsu.conf\\fR(5)\n",
		out);
}

static bool is_shown(const struct setting *s, const char *section)
{
	return !s->test_only && str_eq(s->section, section);
}

static void put_setting(FILE *out, const struct setting *s)
{
	static const char *const KINDS[] = {[SETTING_TEXT] = "a text",
		[SETTING_BOOL] = "yes or no",
		[SETTING_INT] = "a number",
		[SETTING_SIZE] = "a size, such as 64k or 16m",
		[SETTING_DURATION] = "a time, such as 30s or 2h",
		[SETTING_CHOICE] = NULL};

	fputs(".TP\n", out);
	put_bold(out, s->key);
	fputs(" (", out);
	put(out, KINDS[s->kind] ? KINDS[s->kind] : s->choices);
	fputs("; default: ", out);
	put(out, *s->fallback ? s->fallback : "empty");
	fputs(")\n", out);
	put_paragraph(out, s->comment);
	fputs(s->live ? "A change counts at SIGHUP.\n" : "A change counts from the next start.\n",
		out);
}

/* Is this the first row of its section? */
static bool begins_section(const struct setting *const *tables, const struct setting *row)
{
	for (; *tables; tables++)
		for (const struct setting *s = *tables; s->section; s++) {
			if (s == row)
				return true;
			if (is_shown(s, row->section))
				return false;
		}
	return false;
}

void manual_settings(FILE *out)
{
	const struct setting *const *tables = store_settings();

	put_title(out, "CHORSU.CONF", 5, "settings of a store of chorsu");
	fputs(".SH DESCRIPTION\n"
	      "\\fIDIR\\fR/chorsu.conf has sections in brackets and lines \\fIkey\\fR = \\fIvalue\\fR; a value goes to the end\n"
	      "of its line, and lines that begin with a semicolon are comments. What is left out has its default. An unknown\n"
	      "name is an error that tells the line.\n",
		out);
	for (const struct setting *const *t = tables; *t; t++)
		for (const struct setting *s = *t; s->section; s++) {
			if (s->test_only || !begins_section(tables, s))
				continue;
			fprintf(out, ".SH [%s]\n", s->section);
			for (const struct setting *const *u = tables; *u; u++)
				for (const struct setting *r = *u; r->section; r++)
					if (is_shown(r, s->section))
						put_setting(out, r);
		}
	fputs(".SH SEE ALSO\n\\fBchorsu\\fR(1)\n", out);
}
