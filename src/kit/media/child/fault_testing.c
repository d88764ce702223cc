/* A chorsu-media that somebody has taken over with a picture: what it tries to reach outside, and
 * what it does to the parent. Each is asked for by name by a test. */
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "kit/media/child/child.h"

#define PAGE 4096

static void try_open(void)
{
	open("/etc/passwd", O_RDONLY);
}

static void try_create(void)
{
	syscall(SYS_openat, AT_FDCWD, "/tmp/chorsu-media-was-here", O_CREAT | O_WRONLY, 0600);
}

static void try_stat(void)
{
	struct stat s;

	stat("/etc/passwd", &s);
}

static void try_unlink(void)
{
	unlink("/tmp/chorsu-media-was-here");
}

static void try_socket(void)
{
	socket(AF_INET, SOCK_STREAM, 0);
}

static void try_unix_socket(void)
{
	int ends[2];

	socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
}

/* A descriptor could come through the socket. */
static void try_receive_message(void)
{
	struct msghdr m = {0};

	recvmsg(0, &m, 0);
}

static void try_fork(void)
{
	syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static void try_namespace(void)
{
	syscall(SYS_clone, CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_NEWUSER, 0, 0, 0, 0);
}

static void try_exec(void)
{
	execl("/bin/true", "true", NULL);
}

static void try_kill(void)
{
	kill(1, 0);
}

static void try_kill_thread(void)
{
	syscall(SYS_tgkill, 1, 1, 0);
}

static void try_trace(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static void try_parent(void)
{
	getppid();
}

static void try_dump(void)
{
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static void try_limit(void)
{
	const struct rlimit l = {RLIM_INFINITY, RLIM_INFINITY};

	setrlimit(RLIMIT_AS, &l);
}

static void try_map_code(void)
{
	mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void try_make_code(void)
{
	void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	mprotect(p, PAGE, PROT_READ | PROT_EXEC);
}

static void try_map_file(void)
{
	mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 0, 0);
}

static void try_io_uring(void)
{
	syscall(425, 1, NULL); /* io_uring_setup: calls that no filter sees */
}

#ifdef __x86_64__
static void try_x32(void)
{
	syscall(0x40000000 | SYS_getpid);
}

/* getpid of the 32-bit table, through its own gate. */
static void try_other_table(void)
{
	long n = 20;

	__asm__ volatile("int $0x80" : "+a"(n) : : "memory", "r8", "r9", "r10", "r11");
}
#endif

static void crash(void)
{
	raise(SIGSEGV);
}

/* Until the parent closes its end. */
static void be_silent(void)
{
	char c;

	while (read(0, &c, 1) > 0)
		continue;
}

static void spin(void)
{
	for (;;)
		__asm__ volatile("");
}

static void leave(void)
{
	_exit(0);
}

/* Until the limit of memory, and then as a library does that has none. */
static void eat_memory(void)
{
	for (;;) {
		volatile char *p = malloc(MIB);

		if (!p)
			abort();
		for (size_t i = 0; i < MIB; i += PAGE)
			p[i] = 1;
	}
}

/* Bytes without end. */
static void flood(void)
{
	static const unsigned char junk[64 * KIB] = {1};

	while (write(0, junk, sizeof junk) > 0)
		continue;
}

static const struct fault {
	const char *name;
	void (*commit)(void);
} FAULTS[] = {
	{"open", try_open},
	{"create", try_create},
	{"stat", try_stat},
	{"unlink", try_unlink},
	{"socket", try_socket},
	{"unix-socket", try_unix_socket},
	{"receive-message", try_receive_message},
	{"fork", try_fork},
	{"namespace", try_namespace},
	{"exec", try_exec},
	{"kill", try_kill},
	{"kill-thread", try_kill_thread},
	{"trace", try_trace},
	{"parent", try_parent},
	{"dump", try_dump},
	{"limit", try_limit},
	{"map-code", try_map_code},
	{"make-code", try_make_code},
	{"map-file", try_map_file},
	{"io-uring", try_io_uring},
#ifdef __x86_64__
	{"x32", try_x32},
	{"other-table", try_other_table},
#endif
	{"crash", crash},
	{"silence", be_silent},
	{"spin", spin},
	{"leave", leave},
	{"memory", eat_memory},
	{"flood", flood},
};

void fault_commit(const char *fault)
{
	for (size_t i = 0; i < LENGTH(FAULTS); i++)
		if (strcmp(FAULTS[i].name, fault) == 0)
			FAULTS[i].commit();
	/* What gets here was not stopped, and the test sees it by the status. */
	_exit(42);
}
