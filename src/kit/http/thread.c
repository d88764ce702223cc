/* Starting threads. */
#include "kit/http/thread.h"

#include <signal.h>

bool http_thread_start(pthread_t *ret, const char *name, void *(*run)(void *), void *arg)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	int rc;

	if (pthread_attr_init(&attributes) != 0)
		return false;
	sigfillset(&all);
	pthread_attr_setstacksize(&attributes, THREAD_STACK);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	rc = pthread_create(ret, &attributes, run, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	if (rc == 0)
		pthread_setname_np(*ret, name);
	return rc == 0;
}
