/* What chorsu-media answers to one picture, read as what a stranger sent: it has read a hostile
 * file. Bytes go in as they come; the only answer that passes is exactly the files of the plan
 * (plan.h) for the dimensions that it names, each looking like what it is said to be. */
#ifndef CHORSU_KIT_MEDIA_REPLY_H
#define CHORSU_KIT_MEDIA_REPLY_H

#include "kit/media/picture.h"
#include "kit/media/plan.h"
#include "kit/media/wire.h"

struct reply {
	enum media_use use;
	struct media_result result; /* whole when reply_take has returned 1 */
	struct plan plan;
	/* The frame that is being read. */
	unsigned char frame[WIRE_HEAD + WIRE_LEN_MAX];
	size_t frame_len;
	size_t have;  /* bytes of the file that is being read */
	bool known;   /* WIRE_PICTURE has come */
	bool in_file; /* result.files[result.count] is being read */
	bool over;    /* the last frame has come */
};

/* form: of the picture that was sent. */
void reply_init(struct reply *r, enum media_use use, enum media_form form);

/* Frees what was read; take result before, and leave it all zero, to keep it. */
void reply_done(struct reply *r);

/* 1 when the answer is whole and all is as it must be; 0 when more has to come; ERR_INVALID or
 * ERR_TOO_LARGE when the child refuses, ERR_INVALID when it breaks the form, ERR_MEMORY. After
 * anything but 0 no more may be given. */
MUST_USE int reply_take(struct reply *r, const void *bytes, size_t len, struct err *err);

#endif
