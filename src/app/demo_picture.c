#include "app/demo_picture.h"

#include "app/app.h"
#include "base/json.h"
#include "base/str.h"

static const struct embedded *find(struct ctx *cx, const char *name)
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

int demo_picture(struct ctx *cx, const char *name, enum media_use use, const json_t *descriptions,
	const struct media **ret)
{
	const struct embedded *e = find(cx, name);
	const struct media_text *texts = read_descriptions(cx->arena, descriptions);

	if (!e)
		return ctx_fail(cx, ERR_INTERNAL, "the demo has no picture %s", name);
	if (!texts)
		return ctx_fail(cx, ERR_MEMORY, "not enough memory");
	return media_prepare(cx, name, e->start, (size_t)(e->end - e->start), use, texts, ret);
}

int demo_pictures(struct ctx *cx, const json_t *list, const struct media *const **ret)
{
	const struct media **pictures =
		arena_array(cx->arena, json_array_size(list) + 1, sizeof(*pictures));
	size_t i;
	json_t *p;
	int rc = pictures ? 0 : ctx_fail(cx, ERR_MEMORY, "not enough memory");

	json_array_foreach((json_t *)list, i, p)
	{
		if (rc == 0)
			rc = demo_picture(cx, json_str(p, "name"), MEDIA_PICTURE,
				json_object_get(p, "descriptions"), &pictures[i]);
	}
	if (rc == 0)
		*ret = pictures[0] ? pictures : NULL;
	return rc;
}
