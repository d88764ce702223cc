/* The room of the shared nouns, as a feature among the others sees it: its migrations, settings and
 * kinds. */
#ifndef CHORSU_CORE_CORE_H
#define CHORSU_CORE_CORE_H

#include "core/feature.h"

extern const struct migrations core_migrations;
extern const struct feature core_feature;

#endif
