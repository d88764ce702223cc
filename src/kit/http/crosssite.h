/* Requests that change something and come from another site's page. */
#ifndef CHORSU_KIT_HTTP_CROSSSITE_H
#define CHORSU_KIT_HTTP_CROSSSITE_H

#include "base/err.h"

/* May a request that changes something be taken? ours: "https://host"; the others are headers or
 * NULL. All that a browser says must be ours, and it must say something: Sec-Fetch-Site, Origin, or
 * at least Referer. ERR_DENIED. */
MUST_USE int crosssite_check(const char *ours, const char *sec_fetch_site, const char *origin,
	const char *referer, struct err *err);

#endif
