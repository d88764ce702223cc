/* Bytes that many readers share. */
#include "core/reader.h"

#include <string.h>

struct payload *payload_new(const char *body, size_t len, const char *content_type, int64_t head)
{
	struct payload *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->body = malloc(len + 1);
	if (!p->body) {
		free(p);
		return NULL;
	}
	memcpy(p->body, body, len);
	p->body[len] = 0;
	p->len = len;
	p->refs = 1;
	p->head = head;
	p->content_type = content_type;
	digest_header(body, len, p->digest);
	return p;
}

struct payload *payload_ref(struct payload *p)
{
	__atomic_add_fetch(&p->refs, 1, __ATOMIC_RELAXED);
	return p;
}

void payload_unref(struct payload *p)
{
	if (!p || __atomic_sub_fetch(&p->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	free(p->body);
	free(p);
}
