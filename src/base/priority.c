#include "base/priority.h"

#include <sched.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SHORT_SLICE_NS 100000

void priority_set(int niceness)
{
	/* struct sched_attr of sched_setattr(2); its header and glibc's exclude each other. */
	struct {
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t runtime, deadline, period;
	} attr = {.size = sizeof(attr),
		.policy = SCHED_OTHER,
		.nice = niceness,
		.runtime = niceness > 0 ? 0 : SHORT_SLICE_NS};

	if (syscall(SYS_sched_setattr, 0, &attr, 0) < 0)
		setpriority(PRIO_PROCESS, (id_t)gettid(), niceness);
}
