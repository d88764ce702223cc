/* SQL of pictures. */
#include <string.h>

#include "base/str.h"
#include "core/limits.h"
#include "core/media.h"

static const char INSERT[] =
	"INSERT INTO media (id, institution, type, width, height, blurhash, at)"
	" VALUES ($id, $institution, $type, $width, $height, $blurhash, $at)";
static const char INSERT_FILE[] = "INSERT INTO media_file (media, type, width, height, size)"
				  " VALUES ($id, $type, $width, $height, $size)";
static const char INSERT_TEXT[] =
	"INSERT INTO media_text (media, lang, description) VALUES ($id, $lang, $description)";
static const char BY_ID[] = "SELECT type, width, height, blurhash, at FROM media WHERE id = $id";
static const char FILES[] = "SELECT type, width, height, size FROM media_file WHERE media = $id"
			    " ORDER BY type DESC, width";
static const char TEXTS[] =
	"SELECT lang, description FROM media_text WHERE media = $id ORDER BY lang";
static const char OF_POST[] =
	"SELECT media FROM post_media WHERE post = $post AND revision = $revision"
	" ORDER BY place";
static const char ATTACH[] = "INSERT INTO post_media (post, revision, place, media)"
			     " VALUES ($post, $revision, $place, $media)";
static const char PICTURES[] = "UPDATE post SET pictures = $revision WHERE id = $post";
static const char STANDS[] =
	"SELECT 1 FROM media m WHERE m.id = $id AND (EXISTS (SELECT 1 FROM post_media x JOIN post p ON p.id = x.post"
	" WHERE x.media = m.id AND p.state = 'published' AND p.pictures = x.revision) OR EXISTS (SELECT 1 FROM institution i"
	" WHERE i.id = m.institution AND (i.avatar = m.id OR i.header = m.id)))";

static int insert_row(struct tx *tx, int64_t institution, const struct media *m)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, INSERT);

	bind_int(q, "id", m->id);
	bind_int(q, "institution", institution);
	bind_text(q, "type", m->type);
	bind_int(q, "width", m->width);
	bind_int(q, "height", m->height);
	bind_text(q, "blurhash", m->blurhash);
	bind_int(q, "at", m->at);
	return stmt_run(q);
}

static int insert_file(struct tx *tx, int64_t id, const struct rendition *f)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, INSERT_FILE);

	bind_int(q, "id", id);
	bind_text(q, "type", f->type);
	bind_int(q, "width", f->width);
	bind_int(q, "height", f->height);
	bind_int(q, "size", f->size);
	return stmt_run(q);
}

static int insert_text(struct tx *tx, int64_t id, const char *lang, const char *description)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, INSERT_TEXT);

	bind_int(q, "id", id);
	bind_text(q, "lang", lang);
	bind_text(q, "description", description);
	return stmt_run(q);
}

int media_insert(struct tx *tx, int64_t institution, const char *fallback, const struct media *m)
{
	int rc = insert_row(tx, institution, m);

	for (const struct rendition *f = m->files; rc == 0 && f->width; f++)
		rc = insert_file(tx, m->id, f);
	for (const struct media_text *t = m->texts; rc == 0 && t->lang; t++)
		rc = insert_text(tx, m->id, *t->lang ? t->lang : fallback, t->description);
	return rc;
}

static int load_files(struct tx *tx, struct media *m)
{
	struct rendition *list = arena_array(tx_arena(tx), MEDIA_FILES_MAX + 1, sizeof(*list));
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, FILES);
	int n = 0, rc = 0;

	if (!list)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	bind_int(q, "id", m->id);
	while (n < MEDIA_FILES_MAX && (rc = stmt_step(q)) > 0)
		list[n++] = (struct rendition){
			col_strdup(q, 0), (int)col_int(q, 1), (int)col_int(q, 2), col_int(q, 3)};
	m->files = list;
	return rc < 0 ? rc : 0;
}

static int load_texts(struct tx *tx, struct media *m)
{
	struct media_text *list = arena_array(tx_arena(tx), VARIANTS_MAX + 1, sizeof(*list));
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, TEXTS);
	int n = 0, rc = 0;

	if (!list)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	bind_int(q, "id", m->id);
	while (n < VARIANTS_MAX && (rc = stmt_step(q)) > 0)
		list[n++] = (struct media_text){col_strdup(q, 0), col_strdup(q, 1)};
	m->texts = list;
	return rc < 0 ? rc : 0;
}

int media_load(struct tx *tx, int64_t id, const struct media **ret)
{
	struct media *m = arena_alloc(tx_arena(tx), sizeof(*m));
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, BY_ID);
	int rc;

	if (!m)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	bind_int(q, "id", id);
	rc = stmt_step(q);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return tx_fail(tx, ERR_NOT_FOUND, "there is no such picture");
	*m = (struct media){.id = id,
		.type = col_strdup(q, 0),
		.width = (int)col_int(q, 1),
		.height = (int)col_int(q, 2),
		.blurhash = col_strdup(q, 3),
		.at = col_int(q, 4)};
	rc = load_files(tx, m);
	if (rc == 0)
		rc = load_texts(tx, m);
	*ret = m;
	return rc;
}

int media_of_post(struct tx *tx, int64_t post, int revision, const struct media *const **ret)
{
	const struct media **list = arena_array(tx_arena(tx), POST_MEDIA_MAX + 1, sizeof(*list));
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, OF_POST);
	int64_t ids[POST_MEDIA_MAX];
	int n = 0, rc = 0;

	if (!list)
		return tx_fail(tx, ERR_MEMORY, "not enough memory");
	bind_int(q, "post", post);
	bind_int(q, "revision", revision);
	while (n < POST_MEDIA_MAX && (rc = stmt_step(q)) > 0)
		ids[n++] = col_int(q, 0);
	for (int i = 0; rc >= 0 && i < n; i++)
		rc = media_load(tx, ids[i], &list[i]);
	*ret = list;
	return rc < 0 ? rc : 0;
}

int media_attach(struct tx *tx, int64_t post, int revision, const struct media *const *list)
{
	AUTO(stmt_done) struct stmt *attach = tx_prepare(tx, ATTACH);
	AUTO(stmt_done) struct stmt *pictures = tx_prepare(tx, PICTURES);
	int rc;

	bind_int(pictures, "post", post);
	bind_int(pictures, "revision", revision);
	rc = stmt_run(pictures);
	for (int i = 0; rc == 0 && list[i]; i++) {
		bind_int(attach, "post", post);
		bind_int(attach, "revision", revision);
		bind_int(attach, "place", i);
		bind_int(attach, "media", list[i]->id);
		rc = stmt_run(attach);
	}
	return rc;
}

int media_stands(struct tx *tx, int64_t id)
{
	AUTO(stmt_done) struct stmt *q = tx_prepare(tx, STANDS);
	int rc;

	bind_int(q, "id", id);
	rc = stmt_step(q);
	return rc < 0 ? rc : rc > 0;
}
