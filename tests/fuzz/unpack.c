/* Fuzz target (libFuzzer): reading an archive that a stranger made.
 *
 * Input: the tar file, compressed or not. Beyond not crashing: names are valid, members have the
 * size that they say, and no refusal goes without a sentence.
 * rooms: pack base */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kit/pack/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("archive", MFD_CLOEXEC), rc;
	AUTO(buf_done) struct buf text = BUF(1 * MIB);
	struct unpack *u = NULL;
	struct err err = {0};
	struct member m;
	char path[64];

	assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	rc = unpack_open(path, &err, &u);
	for (int i = 0; rc == 0 && (rc = unpack_next(u, &err, &m)) > 0; i++) {
		assert(pack_name_valid(m.name) && m.size >= 0);
		rc = 0;
		if (i % 2) {
			rc = unpack_take(u, &text, &err);
			assert(rc < 0 || (int64_t)text.len == m.size);
		}
	}
	assert(rc == 0 || (err.code == rc && err.text[0]));
	unpack_free(u);
	close(fd);
	return 0;
}
