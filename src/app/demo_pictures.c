#include "app/demo_pictures.h"

#include <pthread.h>
#include <stdatomic.h>

#include "app/app.h"
#include "base/json.h"
#include "base/str.h"

#define PICTURES_MAX 256
#define ARENA_MAX    (16 * MIB)

struct job {
	const char *name;
	enum media_use use;
	const json_t *descriptions;
	const struct media *media; /* the result */
};

struct demo_pictures {
	struct job jobs[PICTURES_MAX];
	int count;
	atomic_int next; /* job that nobody has begun */
};

static void add(
	struct demo_pictures *p, const char *name, enum media_use use, const json_t *descriptions)
{
	if (name && p->count < PICTURES_MAX)
		p->jobs[p->count++] = (struct job){name, use, descriptions, NULL};
}

static void collect(struct demo_pictures *p, const json_t *institution)
{
	size_t i, k;
	json_t *statement, *picture;

	add(p, json_str(institution, "avatar"), MEDIA_AVATAR, NULL);
	add(p, json_str(institution, "header"), MEDIA_HEADER, NULL);
	json_array_foreach(json_object_get(institution, "statements"), i, statement)
	{
		json_array_foreach(json_object_get(statement, "pictures"), k, picture)
		{
			add(p, json_str(picture, "name"), MEDIA_PICTURE,
				json_object_get(picture, "descriptions"));
		}
	}
}

static const struct embedded *find_file(struct ctx *cx, const char *name)
{
	const char *path = arena_printf(cx->arena, "demo/pictures/%s.webp", name);

	for (const struct embedded *e = embedded; path && e->name; e++)
		if (str_eq(e->name, path))
			return e;
	return NULL;
}

static const struct media_text *read_descriptions(struct arena *a, const json_t *descriptions)
{
	struct media_text *texts =
		arena_array(a, json_object_size(descriptions) + 1, sizeof(*texts));
	const char *lang;
	json_t *text;
	int n = 0;

	json_object_foreach((json_t *)descriptions, lang, text)
	{
		if (!texts)
			return NULL;
		texts[n++] = (struct media_text){lang, json_string_value(text)};
	}
	return texts;
}

static int make(struct ctx *cx, struct job *j)
{
	const struct embedded *e = find_file(cx, j->name);
	const struct media_text *texts = read_descriptions(cx->arena, j->descriptions);

	if (!e)
		return ctx_fail(cx, ERR_INTERNAL, "the demo has no picture %s", j->name);
	if (!texts)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	return media_prepare(
		cx, j->name, e->start, (size_t)(e->end - e->start), j->use, texts, &j->media);
}

struct maker {
	struct ctx cx;
	struct demo_pictures *pictures;
	int rc;
};

static void *make_some(void *arg)
{
	struct maker *m = arg;
	int i;

	while (m->rc == 0 && (i = atomic_fetch_add(&m->pictures->next, 1)) < m->pictures->count)
		m->rc = make(&m->cx, &m->pictures->jobs[i]);
	return NULL;
}

static void free_arena(void *a)
{
	arena_free(a);
}

/* This thread and another; without that other one it takes longer. */
static int make_all(struct ctx *cx, struct demo_pictures *p)
{
	struct maker here = {.cx = *cx, .pictures = p}, there = here;
	pthread_t thread;
	bool two;

	there.cx.arena = arena_new(ARENA_MAX);
	if (!there.cx.arena)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	arena_defer(cx->arena, free_arena, there.cx.arena);
	two = pthread_create(&thread, NULL, make_some, &there) == 0;
	make_some(&here);
	if (two)
		pthread_join(thread, NULL);
	cx->err = here.rc < 0 ? here.cx.err : there.cx.err;
	return here.rc < 0 ? here.rc : there.rc;
}

int demo_pictures_make(
	struct ctx *cx, const json_t *const *institutions, struct demo_pictures **ret)
{
	struct demo_pictures *p = arena_alloc(cx->arena, sizeof(*p));

	if (!p)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	p->count = 0;
	atomic_init(&p->next, 0);
	for (; *institutions; institutions++)
		collect(p, *institutions);
	*ret = p;
	return make_all(cx, p);
}

const struct media *demo_pictures_find(const struct demo_pictures *p, const char *name)
{
	for (int i = 0; name && i < p->count; i++)
		if (str_eq(p->jobs[i].name, name))
			return p->jobs[i].media;
	return NULL;
}

const struct media *const *demo_pictures_of(
	struct arena *a, const struct demo_pictures *p, const json_t *statement)
{
	const json_t *list = json_object_get(statement, "pictures");
	const struct media **found = arena_array(a, json_array_size(list) + 1, sizeof(*found));
	size_t i;
	json_t *picture;

	json_array_foreach((json_t *)list, i, picture)
	{
		if (found)
			found[i] = demo_pictures_find(p, json_str(picture, "name"));
	}
	return found && found[0] ? found : NULL;
}
