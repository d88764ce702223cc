/* The arena: chunks that grow from 4 to 64 KB, big items in chunks of their own, deferred
 * functions. Nothing here knows what is stored. */
#include "base/arena.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define CHUNK_FIRST ((size_t)4 * KIB)
#define CHUNK_LAST  ((size_t)64 * KIB)
#define ALIGNMENT   _Alignof(max_align_t)

struct chunk {
	struct chunk *next;
	size_t used;
	size_t size; /* bytes of data */
	_Alignas(max_align_t) unsigned char data[];
};

struct deferred {
	struct deferred *next;
	void (*fn)(void *);
	void *p;
};

struct arena {
	struct chunk *chunks; /* the first one is being filled */
	struct deferred *deferred;
	size_t max;
	size_t used;
	size_t next_size; /* data of the next ordinary chunk */
	bool failed;
};

struct arena *arena_new(size_t max)
{
	struct arena *a = calloc(1, sizeof *a);

	if (!a)
		return NULL;
	a->max = max;
	a->next_size = CHUNK_FIRST - sizeof(struct chunk);
	return a;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	for (struct deferred *d = a->deferred; d; d = d->next)
		d->fn(d->p);
	for (struct chunk *c = a->chunks, *next; c; c = next) {
		next = c->next;
		free(c);
	}
	free(a);
}

void arena_freep(struct arena **a)
{
	arena_free(*a);
	*a = NULL;
}

static void *fail(struct arena *a)
{
	a->failed = true;
	return NULL;
}

static struct chunk *chunk_new(size_t size)
{
	struct chunk *c = size < SIZE_MAX / 2 ? malloc(sizeof *c + size) : NULL;

	if (c) {
		c->used = 0;
		c->size = size;
	}
	return c;
}

/* A chunk with one item, kept behind the one that is being filled, so that its free rest stays in
 * use. */
static void *take_alone(struct arena *a, size_t size)
{
	struct chunk *c = chunk_new(size);

	if (!c)
		return fail(a);
	c->used = size;
	if (a->chunks) {
		c->next = a->chunks->next;
		a->chunks->next = c;
	} else {
		c->next = NULL;
		a->chunks = c;
	}
	a->used += size;
	return c->data;
}

#ifndef CHORSU_ARENA_DEBUG
static bool add_chunk(struct arena *a)
{
	struct chunk *c = chunk_new(a->next_size);

	if (!c)
		return false;
	c->next = a->chunks;
	a->chunks = c;
	a->next_size = CHUNK_LAST - sizeof(struct chunk) < a->next_size * 2
			       ? CHUNK_LAST - sizeof(struct chunk)
			       : a->next_size * 2;
	return true;
}
#endif

/* size bytes at a multiple of align (a power of two), not zeroed. Padding counts towards the cap,
 * or many tiny items could take far more memory than the cap says. */
static void *take(struct arena *a, size_t size, size_t align)
{
	if (size == 0)
		size = 1; /* each item has an address of its own */
	if (a->failed || size > a->max - a->used)
		return fail(a);
#ifdef CHORSU_ARENA_DEBUG
	(void)align;
	return take_alone(a, size);
#else
	struct chunk *c = a->chunks;
	size_t padding = c ? -c->used & (align - 1) : 0;

	if (!c || padding + size > c->size - c->used) {
		if (size > a->next_size / 4)
			return take_alone(a, size);
		if (!add_chunk(a))
			return fail(a);
		c = a->chunks;
		padding = 0;
	}
	if (padding + size > a->max - a->used)
		return fail(a);
	a->used += padding + size;
	c->used += padding + size;
	return c->data + c->used - size;
#endif
}

void *arena_alloc(struct arena *a, size_t size)
{
	void *p = take(a, size, ALIGNMENT);

	return p ? memset(p, 0, size) : NULL;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return fail(a);
	return arena_alloc(a, bytes);
}

char *arena_copy(struct arena *a, const void *p, size_t len)
{
	char *copy;

	if (!p)
		return NULL;
	if (len == SIZE_MAX)
		return fail(a);
	copy = take(a, len + 1, 1);
	if (!copy)
		return NULL;
	memcpy(copy, p, len);
	copy[len] = '\0';
	return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return s ? arena_copy(a, s, strlen(s)) : NULL;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	va_list ap;
	char *text;
	int len;

	va_start(ap, format);
	len = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (len < 0)
		return fail(a);
	text = take(a, (size_t)len + 1, 1);
	if (!text)
		return NULL;
	va_start(ap, format);
	vsnprintf(text, (size_t)len + 1, format, ap);
	va_end(ap);
	return text;
}

void arena_defer(struct arena *a, void (*fn)(void *), void *p)
{
	struct deferred *d = take(a, sizeof *d, _Alignof(struct deferred));

	assert(fn);
	if (!d) {
		fn(p);
		return;
	}
	d->fn = fn;
	d->p = p;
	d->next = a->deferred;
	a->deferred = d;
}

bool arena_failed(const struct arena *a)
{
	return a->failed;
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}
