/* Help texts, made from the rows of the commands. */
#ifndef CHORSU_APP_HELP_H
#define CHORSU_APP_HELP_H

#include <stdio.h>

#include "core/command.h"

/* All commands, or those whose name begins with the word. */
void help_all(FILE *out, const char *word);
void help_command(FILE *out, const struct command *c);

#endif
