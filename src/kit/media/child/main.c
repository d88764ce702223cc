/* Start of chorsu-media: the library, then the sandbox, then work. */
#include <malloc.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "kit/media/child/child.h"

#define NICENESS 5 /* those who read pages go first */

static bool is_socket(int fd)
{
	struct stat s;

	return fstat(fd, &s) == 0 && S_ISSOCK(s.st_mode);
}

int main(int argc, char **argv)
{
	const char *fault = NULL;

#ifdef CHORSU_TESTING
	fault = argc == 2 ? argv[1] : NULL;
	argc = 1;
#endif
	if (argc != 1 || !is_socket(0)) {
		fputs("chorsu-media makes pictures for chorsu, which starts it when needed: it "
		      "cannot be used by hand.\n",
			stderr);
		return 2;
	}
	/* One heap for all threads: each further one would reserve 64 MB of the address space that
	 * a process may have, and look up the number of processors in a file. */
	if (mallopt(M_ARENA_MAX, 1) != 1 || library_start(argv[0]) < 0)
		return 3;
	setpriority(PRIO_PROCESS, 0, NICENESS);
	if (sandbox_enter() < 0)
		return 4;
	return serve(fault);
}
