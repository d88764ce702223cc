/* Sources: feeds of an institution's own news site from which its statements are imported, by hand
 * or again and again by the server itself. */
#ifndef CHORSU_SOURCES_H
#define CHORSU_SOURCES_H

#include "core/feature.h"

extern const struct feature sources_feature;

#endif
