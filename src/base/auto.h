/* Scope ownership: AUTO(fn) runs fn(&variable) when the variable leaves its scope. */
#ifndef CHORSU_BASE_AUTO_H
#define CHORSU_BASE_AUTO_H

#include <stdlib.h>
#include <unistd.h>

#define AUTO(fn)         __attribute__((cleanup(fn)))
#define MUST_USE         __attribute__((warn_unused_result))
#define PRINTF(n, first) __attribute__((__format__(__printf__, n, first)))
#define LENGTH(array)    (sizeof(array) / sizeof((array)[0]))
#define KIB              ((size_t)1024)
#define MIB              ((size_t)1024 * KIB)

/* AUTO(auto_free) char *p: free(3). */
static inline void auto_free(void *p)
{
	free(*(void **)p);
}

/* AUTO(auto_close) int fd = -1: close(2) unless negative. */
static inline void auto_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#endif
