/* Fuzz target (libFuzzer): what chorsu-media answers, which somebody may have taken over.
 *
 * Input: a byte that chooses the use and in which pieces the answer comes; the answer. See
 * corpus/media. An answer that passes has exactly the files of the plan, each of the form and the
 * dimensions that it says; one that does not passes no refusal without a sentence.
 * rooms: media base */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "kit/media/blurhash.h"
#include "kit/media/picture.h"
#include "kit/media/reply.h"

static void check_result(const struct media_result *r, enum media_use use)
{
	struct plan plan;

	assert(plan_make(use, (uint32_t)r->width, (uint32_t)r->height, &plan));
	assert(r->count == plan.count + 1 && blurhash_valid(r->blurhash));
	for (int i = 0; i < r->count; i++) {
		const struct media_file *f = &r->files[i];
		const struct plan_size *s = &plan.sizes[i < plan.count ? i : i - 1];

		assert(f->width == (int)s->width && f->height == (int)s->height);
		assert(f->form == (i < plan.count ? MEDIA_WEBP : MEDIA_JPEG));
		assert(f->size > 0 && f->size <= MEDIA_OUT_MAX);
		assert(picture_sniff(f->bytes, f->size) == f->form);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reply reply;
	struct err err = {0};
	size_t piece;
	enum media_use use;
	int rc = 0;

	if (size == 0)
		return 0;
	use = (enum media_use)(data[0] % 3);
	piece = data[0] / 3 + 1;
	reply_init(&reply, use, MEDIA_PNG);
	for (size_t at = 1; at < size && rc == 0; at += piece)
		rc = reply_take(&reply, data + at, size - at < piece ? size - at : piece, &err);
	if (rc == 1)
		check_result(&reply.result, use);
	assert(rc == 0 || rc == 1 || (err.code == rc && *err.text));
	reply_done(&reply);
	return 0;
}
