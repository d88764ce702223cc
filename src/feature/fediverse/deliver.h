/* The kind `fediverse` of readers. */
#ifndef CHORSU_FEDIVERSE_DELIVER_H
#define CHORSU_FEDIVERSE_DELIVER_H

#include "core/reader.h"

extern const struct reader_kind fediverse_kind;

#endif
