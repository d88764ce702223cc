/* How far a long command is, on standard error: one line that is written over. */
#include <stdio.h>
#include <unistd.h>

#include "app/backup.h"
#include "base/clock.h"

#define EVERY 200 /* ms */

void progress_start(struct progress *p, const struct invocation *in)
{
	*p = (struct progress){.shown = !in->json && isatty(STDERR_FILENO)};
}

void progress_tell(struct progress *p, int64_t done, int64_t of)
{
	int64_t now = clock_steady();

	if (!p->shown || now - p->told_at < EVERY)
		return;
	p->told_at = now;
	fprintf(stderr, "\r%lld rows, %lld files, %lld MB", (long long)p->rows, (long long)p->files,
		(long long)(done / 1000000));
	if (of > 0)
		fprintf(stderr, " of %lld", (long long)(of / 1000000));
	fputs("\033[K", stderr);
}

void progress_end(struct progress *p)
{
	if (p->shown && p->told_at)
		fputs("\r\033[K", stderr);
	p->shown = false;
}
