/* The commands import and sources. */
#ifndef CHORSU_SOURCES_SOURCE_COMMANDS_H
#define CHORSU_SOURCES_SOURCE_COMMANDS_H

#include "core/command.h"

extern const struct command source_commands[];

#endif
