/* Reading a source once: every item new, changed or known. */
#ifndef CHORSU_SOURCES_IMPORT_H
#define CHORSU_SOURCES_IMPORT_H

#include "feature/sources/source_db.h"

struct import_result {
	int64_t items, fresh, changed, known, left_out, pictures, pictures_missing;
	int64_t quiet;          /* of the fresh ones */
	bool unchanged;         /* the site says that nothing is new */
	const char *last_fault; /* why the last item or picture was left out; NULL: none was */
	const char *feed_fault; /* what is wrong with the feed itself; NULL: nothing */
	const char *etag, *modified;
	/* Called after each item and while bytes come; NULL: nobody watches. */
	void (*progress)(const struct import_result *r, int64_t bytes, int64_t of_bytes, void *arg);
	void *arg;
};

/* The feed at source->url, a URL or a file's path, streamed: memory does not grow with it. What was
 * imported before an error stays. */
MUST_USE int import_source(struct ctx *cx, const struct source *source, struct import_result *ret);

#endif
