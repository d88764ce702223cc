/* The fediverse: WebFinger, NodeInfo, actors and objects as ActivityPub, the inbox, and the kind of
 * reader that delivers. Follows ActivityPub (W3C 2018), RFC 7033, NodeInfo 2.1, and what servers do
 * in fact (FEDERATION.md). */
#ifndef CHORSU_FEDIVERSE_H
#define CHORSU_FEDIVERSE_H

#include "core/feature.h"

extern const struct feature fediverse_feature;

#endif
