/* Pictures on the command line. */
#include "app/app.h"
#include "base/str.h"
#include "core/limits.h"
#include "core/media.h"

static int prepare(struct invocation *in, const char *path, enum media_use use,
	const struct media_text *texts, const struct media **ret)
{
	const void *bytes;
	size_t len;
	int rc = invocation_bytes(in, path, MEDIA_FILE_MAX, &bytes, &len);

	return rc < 0 ? rc : media_prepare(&in->cx, path, bytes, len, use, texts, ret);
}

int picture_option(struct invocation *in, const char *option, enum media_use use,
	const struct media_text *texts, const struct media **ret)
{
	const char *path = invocation_text(in, option);

	return path ? prepare(in, path, use, texts, ret) : 0;
}

/* The descriptions between the n-th --media and the next. */
static int collect_texts(struct invocation *in, int from, struct media_text *texts)
{
	int n = 0;

	for (int i = from + 1; i < in->option_count; i++) {
		const struct option_value *v = &in->options[i];

		if (str_eq(v->option->name, "media"))
			break;
		if (!str_eq(v->option->name, "alt") && !str_eq(v->option->name, "alt-in"))
			continue;
		if (n == VARIANTS_MAX)
			return ctx_fail(&in->cx, ERR_TOO_LARGE,
				"a picture has descriptions in at most %d languages", VARIANTS_MAX);
		texts[n++] = (struct media_text){v->lang ? v->lang : "", v->text};
		for (int k = 0; k < n - 1; k++)
			if (str_eq(texts[k].lang, texts[n - 1].lang))
				return ctx_fail(&in->cx, ERR_INVALID,
					"a picture has two descriptions in one language: each --alt belongs to the --media before it");
	}
	return 0;
}

static int check_order(struct invocation *in)
{
	for (int i = 0; i < in->option_count; i++) {
		const char *name = in->options[i].option->name;

		if (str_eq(name, "media"))
			return 0;
		if (str_eq(name, "alt") || str_eq(name, "alt-in"))
			return ctx_fail(&in->cx, ERR_INVALID,
				"--%s describes the --media before it, and there is none", name);
	}
	return 0;
}

void pictures_discard(struct invocation *in, const struct media *const *list)
{
	for (; list && *list; list++)
		media_discard(&in->cx, *list);
}

int pictures_collect(struct invocation *in, const struct media *const **ret)
{
	const struct media **list = arena_array(in->cx.arena, POST_MEDIA_MAX + 1, sizeof(*list));
	int n = 0, rc = list ? check_order(in) : ctx_fail(&in->cx, ERR_MEMORY, "not enough memory");

	for (int i = 0; rc == 0 && i < in->option_count; i++) {
		struct media_text *texts;

		if (!str_eq(in->options[i].option->name, "media"))
			continue;
		texts = arena_array(in->cx.arena, VARIANTS_MAX + 1, sizeof(*texts));
		if (!texts)
			rc = ctx_fail(&in->cx, ERR_MEMORY, "not enough memory");
		else if (n == POST_MEDIA_MAX)
			rc = ctx_fail(&in->cx, ERR_TOO_LARGE, "a post has at most %d pictures",
				POST_MEDIA_MAX);
		else
			rc = collect_texts(in, i, texts);
		if (rc == 0)
			rc = prepare(in, in->options[i].text, MEDIA_PICTURE, texts, &list[n++]);
	}
	if (rc < 0)
		pictures_discard(in, list);
	*ret = n ? list : NULL;
	return rc;
}
