/* What is left to a process that reads a stranger's file: memory up to a limit, threads, and the
 * socket that it was given. */
#include <errno.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "kit/media/child/child.h"

#define NAMESPACES                                                                                 \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |             \
		CLONE_NEWPID | CLONE_NEWNET)
#define CPU_SECONDS (MEDIA_LIMIT_MS / 1000)

static const struct limit {
	int what;
	rlim_t soft, hard;
} LIMITS[] = {
	{RLIMIT_AS, MEDIA_MEMORY_MAX, MEDIA_MEMORY_MAX},
	{RLIMIT_CPU, CPU_SECONDS, CPU_SECONDS + 1},
	{RLIMIT_NOFILE, 3, 3},
	{RLIMIT_FSIZE, 0, 0},
	{RLIMIT_CORE, 0, 0},
};

/* Whatever their arguments are. */
static const int ALLOWED[] = {
	SCMP_SYS(read),
	SCMP_SYS(write),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(futex),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(getrandom),
};

/* Libraries try these and live with a refusal; everything else ends the process. clone3 hides its
 * flags in memory, and without it the C library takes clone, whose flags can be judged. */
static const struct refused {
	int call, error;
} REFUSED[] = {
	{SCMP_SYS(clone3), ENOSYS},
	{SCMP_SYS(sched_getattr), EPERM},
	{SCMP_SYS(sched_setattr), EPERM},
};

static int add_rules(scmp_filter_ctx f)
{
	const struct scmp_arg_cmp anonymous[] = {
		SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
		SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS),
	};
	int rc = 0;

	for (size_t i = 0; i < LENGTH(ALLOWED) && rc == 0; i++)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, ALLOWED[i], 0);
	for (size_t i = 0; i < LENGTH(REFUSED) && rc == 0; i++)
		rc = seccomp_rule_add(
			f, SCMP_ACT_ERRNO((uint32_t)REFUSED[i].error), REFUSED[i].call, 0);
	if (rc == 0)
		rc = seccomp_rule_add_array(
			f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), LENGTH(anonymous), anonymous);
	if (rc == 0)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (rc == 0)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
			SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD | NAMESPACES, CLONE_THREAD));
	/* abort(3) of itself; nobody else is signalled. */
	if (rc == 0)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
			SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
	if (rc == 0)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
			SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME, 0));
	return rc;
}

static int filter_calls(void)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int rc = -1;

	if (!f)
		return -1;
	if (seccomp_attr_set(f, SCMP_FLTATR_CTL_TSYNC, 1) == 0 &&
		seccomp_attr_set(f, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 &&
		add_rules(f) == 0)
		rc = seccomp_load(f);
	seccomp_release(f);
	return rc == 0 ? 0 : -1;
}

int sandbox_enter(void)
{
	for (size_t i = 0; i < LENGTH(LIMITS); i++) {
		const struct rlimit l = {LIMITS[i].soft, LIMITS[i].hard};

		if (setrlimit(LIMITS[i].what, &l) < 0)
			return -1;
	}
	/* The parent has a clock of its own; these hold when it is gone. */
	alarm(2 * CPU_SECONDS);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return -1;
	/* Not dumpable: RLIMIT_CORE does not hold where cores go through a pipe. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return -1;
	return filter_calls();
}
