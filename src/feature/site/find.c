/* Institutions by what stands in the path. */
#include "feature/site/find.h"

#include <ctype.h>
#include <string.h>

#include "base/id.h"
#include "base/str.h"
#include "core/limits.h"

int find_institution(
	struct tx *tx, const char *handle, const struct institution **ret, bool *ret_moved)
{
	char lower[HANDLE_MAX + 1];
	size_t len = strlen(handle);
	int rc;

	if (len > HANDLE_MAX)
		return tx_fail(tx, ERR_NOT_FOUND,
			"there is no institution with the handle \"%.60s\"", handle);
	for (size_t i = 0; i <= len; i++)
		lower[i] = (char)tolower((unsigned char)handle[i]);
	rc = institution_find(tx, lower, ret);
	if (rc == 0 && !str_eq((*ret)->handle, handle))
		*ret_moved = true;
	return rc;
}

int find_id(struct request *rq, int64_t *ret)
{
	const char *given = request_param(rq, "id");

	if (given && id_parse(given, ret))
		return 0;
	return ctx_fail(&rq->cx, ERR_NOT_FOUND, "\"%.60s\" is not an id", given ? given : "");
}
