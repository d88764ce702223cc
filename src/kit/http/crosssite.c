/* The cross-site check. */
#include "kit/http/crosssite.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"

/* Scheme and host compare without case; a final slash in the setting does not count. */
static bool same_origin(const char *ours, const char *origin, size_t len)
{
	size_t ours_len = ours ? strlen(ours) : 0;

	while (ours_len && ours[ours_len - 1] == '/')
		ours_len--;
	return ours_len > 0 && ours_len == len && strncasecmp(ours, origin, len) == 0;
}

/* The bytes of a URL up to its path. */
static size_t origin_length(const char *url)
{
	const char *host = strstr(url, "://");

	return host ? (size_t)(host - url) + 3 + strcspn(host + 3, "/?#") : 0;
}

int crosssite_check(const char *ours, const char *sec_fetch_site, const char *origin,
	const char *referer, struct err *err)
{
	if (sec_fetch_site && !str_eq(sec_fetch_site, "same-origin") &&
		!str_eq(sec_fetch_site, "none"))
		return err_set(err, ERR_DENIED,
			"This form was sent from another site: open the page on this site and send it again.");
	if (origin && !same_origin(ours, origin, strlen(origin)))
		return err_set(err, ERR_DENIED,
			"This was sent from \"%.100s\", not from %s: open the page there and send it again.",
			origin, ours ? ours : "this site");
	if (sec_fetch_site || origin)
		return 0;
	if (!referer)
		return err_set(err, ERR_DENIED,
			"This request does not say where it comes from: send the header Origin: %s.",
			ours ? ours : "");
	if (!same_origin(ours, referer, origin_length(referer)))
		return err_set(err, ERR_DENIED,
			"This was sent from \"%.100s\", not from %s: open the page there and send it again.",
			referer, ours ? ours : "this site");
	return 0;
}
