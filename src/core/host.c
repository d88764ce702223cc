/* Rules of hosts: what an answer means, when to try again, when to give up. Pure functions over
 * rows. */
#include "core/host.h"

#include "base/clock.h"
#include "base/str.h"

enum outcome_kind outcome_classify(int error, int status)
{
	if (error)
		return OUTCOME_PASSING;
	if (status >= 200 && status < 300)
		return OUTCOME_OK;
	if (status == 410)
		return OUTCOME_GONE;
	if (status == 401 || status == 408 || status == 425 || status == 429)
		return OUTCOME_PASSING;
	if (status >= 500 && status != 501)
		return OUTCOME_PASSING;
	return OUTCOME_REFUSED;
}

static int64_t backoff(int attempts, double dice)
{
	int64_t wait = HOST_BACKOFF_FIRST_MS;

	for (int i = 1; i < attempts && wait < HOST_BACKOFF_MAX_MS; i++)
		wait *= 2;
	wait = (int64_t)((double)wait * (0.8 + 0.4 * dice));
	return wait > HOST_BACKOFF_MAX_MS ? HOST_BACKOFF_MAX_MS : wait;
}

void host_failed(struct host *h, int64_t now, int64_t retry_after_ms, double dice, const char *why)
{
	int64_t wait;

	h->attempts++;
	if (!h->failing_since)
		h->failing_since = now;
	wait = backoff(h->attempts, dice);
	if (retry_after_ms > wait)
		wait = retry_after_ms > HOST_RETIRE_AFTER_DAYS * DAY ? HOST_RETIRE_AFTER_DAYS * DAY
								     : retry_after_ms;
	h->window = 1;
	h->why = why;
	h->next_at = now + wait;
	h->state =
		now - h->failing_since >= HOST_RETIRE_AFTER_DAYS * DAY ? HOST_RETIRED : HOST_PARKED;
}

void host_succeeded(struct host *h, int64_t now)
{
	h->state = HOST_LIVE;
	h->attempts = 0;
	h->failing_since = 0;
	h->next_at = 0;
	h->last_ok_at = now;
	h->why = "";
	if (h->window < HOST_WINDOW_MAX)
		h->window++;
}
