/* The kind `reach` of readers. */
#ifndef CHORSU_CORE_REACH_H
#define CHORSU_CORE_REACH_H

#include "core/reader.h"

extern const struct reader_kind reach_kind;

#endif
