/* Many files in one: a tar archive, compressed by gzip, that says itself whether it is whole. The
 * last member, SHA256SUMS, has a line for each of the others, as sha256sum(1) writes them; so it
 * can be looked into and checked with tools that every system has. Read and written in one pass, in
 * constant memory. */
#ifndef CHORSU_KIT_PACK_PACK_H
#define CHORSU_KIT_PACK_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define PACK_NAME_MAX 200          /* bytes of a member's name */
#define PACK_SUMS     "SHA256SUMS" /* the last member; nobody adds it */

/* A relative path of letters, digits, '.', '_', '-' and '/' that leads nowhere else: at most five
 * parts, none of which is empty or begins with '.' or '-'. */
bool pack_name_valid(const char *name);

/* Writing. PATH.part (mode 0600, nobody else may be writing it) becomes PATH when it is whole and
 * durable. PATH may not be there: ERR_CONFLICT. ERR_BUSY: another process writes the same. */
struct pack;
MUST_USE int pack_create(const char *path, struct err *err, struct pack **ret);

/* Names are valid and differ from each other (the caller's care). */
MUST_USE int pack_add(
	struct pack *p, const char *name, const void *bytes, size_t len, struct err *err);

/* size bytes from where fd stands; a file that is shorter is ERR_IO. */
MUST_USE int pack_add_file(struct pack *p, const char *name, int fd, int64_t size, struct err *err);
MUST_USE int pack_finish(struct pack *p, struct err *err);

/* Bytes written so far, compressed. */
int64_t pack_size(const struct pack *p);

/* Unless it was finished nothing is left. Takes NULL. */
void pack_free(struct pack *p);

/* Reading, of whatever a stranger may have made. Whole files with valid names only; what else an
 * archive may hold is ERR_INVALID. */
struct unpack;
struct member {
	char name[PACK_NAME_MAX + 1];
	int64_t size; /* bytes */
};
MUST_USE int unpack_open(const char *path, struct err *err, struct unpack **ret);

/* 1: the next member, what is left of the last one is passed over. 0: the end, and all that was
 * read is what the sums say. ERR_INVALID otherwise, with the member's name. */
MUST_USE int unpack_next(struct unpack *u, struct err *err, struct member *ret);

/* Up to max bytes of the member: how many, 0 at its end, or ERR_*. */
MUST_USE int unpack_read(struct unpack *u, void *p, int max, struct err *err);

/* All of the member (out is cleared first); ERR_TOO_LARGE past out->max. */
MUST_USE int unpack_take(struct unpack *u, struct buf *out, struct err *err);

int64_t unpack_done(const struct unpack *u); /* bytes of the file that were read */
int64_t unpack_size(const struct unpack *u); /* bytes of the file */
void unpack_free(struct unpack *u);          /* takes NULL */

#endif
