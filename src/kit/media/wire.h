/* What travels between chorsu and chorsu-media over one socket: frames of a kind, a length and so
 * many bytes. Numbers are 32 bits, little-endian.
 *
 * The picture travels as bytes and not as a shared or passed descriptor: so chorsu-media needs no
 * call but read and write, and nothing that chorsu looks at can change after it was looked at. It
 * costs one copy, 10 ms for the largest file. No text comes back: a refusal is a number. */
#ifndef CHORSU_KIT_MEDIA_WIRE_H
#define CHORSU_KIT_MEDIA_WIRE_H

#include <stdint.h>

#define WIRE_VERSION 1
#define WIRE_HEAD    8 /* bytes: kind, length of what follows */

#define WIRE_HELLO_LEN   4  /* version */
#define WIRE_JOB_LEN     12 /* use, form, length; as many bytes of the picture follow */
#define WIRE_PICTURE_LEN 36 /* width, height, blurhash (28 characters) */
#define WIRE_FILE_LEN    16 /* form, width, height, length; as many bytes follow */
#define WIRE_DONE_LEN    0
#define WIRE_REFUSED_LEN 4 /* enum wire_reason */
#define WIRE_LEN_MAX     36

enum wire_kind {
	WIRE_HELLO = 0x43480001, /* from the child, once, when it has shut itself in */
	WIRE_JOB,                /* to the child, once */
	WIRE_PICTURE,            /* its answer: one of these, the files, the end; */
	WIRE_FILE,
	WIRE_DONE,
	WIRE_REFUSED, /* or this alone */
};

enum wire_reason { WIRE_BROKEN = 1, WIRE_PIXELS, WIRE_MEMORY, WIRE_FRAMES, WIRE_FAULT };

void wire_put(unsigned char *p, uint32_t n);
uint32_t wire_get(const unsigned char *p);

#endif
