/* Help texts, made from the rows of the commands. */
#ifndef CHORSU_APP_HELP_H
#define CHORSU_APP_HELP_H

#include <stdio.h>

#include "core/command.h"

/* All commands, or those whose name begins with the word. */
void help_all(FILE *out, const char *word);
void help_command(FILE *out, const struct command *c);

/* Manual pages chorsu(1) and chorsu.conf(5), in man(7); the completion for bash. */
void manual_commands(FILE *out);
void manual_settings(FILE *out);
void completion_print(FILE *out);

/* `chorsu help [WORD | --man | --man-settings | --completion]`; word may be NULL. */
void help_print(FILE *out, const char *word);

#endif
