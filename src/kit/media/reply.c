/* The parser of chorsu-media's answers. */
#include "kit/media/reply.h"

#include <assert.h>
#include <string.h>

#include "kit/media/blurhash.h"

/* By enum wire_reason. */
static const struct refusal_row {
	int code;
	const char *sentence;
} REFUSALS[] = {
	[WIRE_BROKEN] = {ERR_INVALID,
		"The picture is broken or cut off: save it anew and send it again."},
	[WIRE_PIXELS] = {ERR_TOO_LARGE,
		"The picture has more than 100 megapixels: make it smaller."},
	[WIRE_MEMORY] = {ERR_TOO_LARGE,
		"The picture needs more memory than one may have: make it smaller."},
	[WIRE_FRAMES] = {ERR_TOO_LARGE,
		"The picture moves for more than 2,000 frames: send a shorter one."},
};

void reply_init(struct reply *r, enum media_use use, enum media_form form)
{
	memset(r, 0, sizeof *r);
	r->use = use;
	r->result.form = form;
}

void reply_done(struct reply *r)
{
	media_result_done(&r->result);
}

void media_result_done(struct media_result *r)
{
	/* The one that is being read is counted later. */
	for (int i = 0; i < MEDIA_FILES_MAX; i++)
		free(r->files[i].bytes);
	memset(r, 0, sizeof *r);
}

static int strange(struct err *err)
{
	return err_set(err, ERR_INVALID,
		"The picture could not be read: it is broken, or made to do harm.");
}

/* Bytes after the head of a frame of this kind at this place; -1 when it may not stand here. */
static int length_of(const struct reply *r, uint32_t kind)
{
	int files = r->plan.count + 1;

	if (!r->known)
		return kind == WIRE_PICTURE   ? WIRE_PICTURE_LEN
		       : kind == WIRE_REFUSED ? WIRE_REFUSED_LEN
					      : -1;
	if (r->result.count < files)
		return kind == WIRE_FILE ? WIRE_FILE_LEN : -1;
	return kind == WIRE_DONE ? WIRE_DONE_LEN : -1;
}

static int take_picture(struct reply *r, const unsigned char *p, struct err *err)
{
	uint32_t width = wire_get(p), height = wire_get(p + 4);

	memcpy(r->result.blurhash, p + 8, MEDIA_BLURHASH_LEN);
	if (!plan_make(r->use, width, height, &r->plan) || !blurhash_valid(r->result.blurhash))
		return strange(err);
	r->result.width = (int)width;
	r->result.height = (int)height;
	r->known = true;
	return 0;
}

static int take_file(struct reply *r, const unsigned char *p, struct err *err)
{
	int n = r->result.count;
	const bool last = n == r->plan.count;
	const struct plan_size *size = &r->plan.sizes[last ? n - 1 : n];
	uint32_t len = wire_get(p + 12);
	struct media_file *f = &r->result.files[n];

	if (wire_get(p) != (last ? MEDIA_JPEG : MEDIA_WEBP) || wire_get(p + 4) != size->width ||
		wire_get(p + 8) != size->height || len == 0 || len > MEDIA_OUT_MAX)
		return strange(err);
	*f = (struct media_file){
		.form = last ? MEDIA_JPEG : MEDIA_WEBP,
		.width = (int)size->width,
		.height = (int)size->height,
		.size = len,
		.bytes = malloc(len),
	};
	if (!f->bytes)
		return err_set(err, ERR_MEMORY, "no memory for a picture");
	r->have = 0;
	r->in_file = true;
	return 0;
}

static int take_refusal(const unsigned char *p, struct err *err)
{
	uint32_t reason = wire_get(p);

	if (reason >= LENGTH(REFUSALS) || !REFUSALS[reason].sentence)
		return strange(err);
	return err_set(err, REFUSALS[reason].code, "%s", REFUSALS[reason].sentence);
}

static int take_frame(struct reply *r, struct err *err)
{
	const unsigned char *p = r->frame + WIRE_HEAD;

	switch (wire_get(r->frame)) {
	case WIRE_PICTURE:
		return take_picture(r, p, err);
	case WIRE_FILE:
		return take_file(r, p, err);
	case WIRE_REFUSED:
		return take_refusal(p, err);
	default:
		r->over = true;
		return 0;
	}
}

/* As many of len bytes as the frame still wants; the head is judged before its rest is waited for.
 */
static int feed_frame(struct reply *r, const unsigned char *p, size_t len, struct err *err)
{
	int more = 0;
	size_t want = WIRE_HEAD, n;

	if (r->frame_len >= WIRE_HEAD)
		want += (size_t)length_of(r, wire_get(r->frame));
	n = want - r->frame_len < len ? want - r->frame_len : len;
	memcpy(r->frame + r->frame_len, p, n);
	r->frame_len += n;
	if (r->frame_len == WIRE_HEAD) {
		more = length_of(r, wire_get(r->frame));
		if (more < 0 || wire_get(r->frame + 4) != (uint32_t)more)
			return strange(err);
		want = WIRE_HEAD + (size_t)more;
	}
	if (r->frame_len == want) {
		int rc = take_frame(r, err);

		r->frame_len = 0;
		if (rc < 0)
			return rc;
	}
	return (int)n;
}

/* As many of len bytes as the file still wants. */
static int feed_file(struct reply *r, const unsigned char *p, size_t len, struct err *err)
{
	struct media_file *f = &r->result.files[r->result.count];
	size_t n = f->size - r->have < len ? f->size - r->have : len;

	memcpy(f->bytes + r->have, p, n);
	r->have += n;
	if (r->have == f->size) {
		if (!picture_is(
			    f->bytes, f->size, f->form, (uint32_t)f->width, (uint32_t)f->height))
			return strange(err);
		r->in_file = false;
		r->result.count++;
	}
	return (int)n;
}

int reply_take(struct reply *r, const void *bytes, size_t len, struct err *err)
{
	const unsigned char *p = bytes;

	assert(!r->over);
	assert(len <= MEDIA_OUT_MAX);
	while (len > 0) {
		int n;

		if (r->over)
			return strange(err);
		n = r->in_file ? feed_file(r, p, len, err) : feed_frame(r, p, len, err);
		if (n < 0)
			return n;
		p += n;
		len -= (size_t)n;
	}
	return r->over;
}
