/* Answers that are kept: one block of memory each, and one more for every coding that was made. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "kit/http/cache.h"

static size_t length(const char *s)
{
	return s ? strlen(s) + 1 : 0;
}

static size_t size_of(const struct answer *model)
{
	size_t size = sizeof(*model) + (size_t)model->field_count * sizeof(struct field) +
		      length(model->type) + length(model->etag);

	for (int i = 0; i < model->field_count; i++)
		size += length(model->fields[i].name) + length(model->fields[i].value);
	return size + (model->borrowed ? 0 : model->bodies[CODING_IDENTITY].len);
}

/* Put len bytes at *at and move it past them. */
static const void *put(char **at, const void *p, size_t len)
{
	char *copy = *at;

	if (len)
		memcpy(copy, p, len);
	*at += len;
	return copy;
}

static const char *put_text(char **at, const char *s)
{
	return s ? put(at, s, strlen(s) + 1) : NULL;
}

struct answer *answer_new(const struct answer *model)
{
	static atomic_uint_fast64_t serial;
	size_t size = size_of(model);
	struct answer *a = malloc(size);
	struct field *fields;
	char *at;

	if (!a)
		return NULL;
	*a = *model;
	atomic_init(&a->references, 1);
	a->serial = atomic_fetch_add(&serial, 1) + 1;
	a->size = size;
	a->entry = NULL;
	fields = (struct field *)(a + 1);
	at = (char *)(fields + model->field_count);
	for (int i = 0; i < model->field_count; i++) {
		fields[i].name = put_text(&at, model->fields[i].name);
		fields[i].value = put_text(&at, model->fields[i].value);
	}
	a->fields = fields;
	a->type = put_text(&at, model->type);
	a->etag = put_text(&at, model->etag);
	for (int c = 0; c < CODING_IDENTITY; c++)
		a->bodies[c] = (struct body){0};
	if (!model->borrowed)
		a->bodies[CODING_IDENTITY].bytes = put(&at, model->bodies[CODING_IDENTITY].bytes,
			model->bodies[CODING_IDENTITY].len);
	return a;
}

void answer_unref(struct answer *a)
{
	if (!a || atomic_fetch_sub(&a->references, 1) > 1)
		return;
	for (int c = 0; c < CODING_IDENTITY; c++)
		free((void *)a->bodies[c].bytes);
	free(a);
}
