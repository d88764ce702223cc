/* Time. Every reading of it goes through here, so that tests may shift it and speed it up.
 *
 * Wall time is milliseconds since 1970 in UTC; steady time is milliseconds that only grow. Both run
 * `speed` times as fast as the machine's when a test says so, therefore whoever waits asks
 * clock_wait() how long that is really. */
#ifndef CHORSU_BASE_CLOCK_H
#define CHORSU_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define SECOND ((int64_t)1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

/* Before any thread starts. shift: milliseconds added; speed: 1 is real time. */
void clock_setup(int64_t shift_ms, double speed);

/* The same, running at speed since the machine's wall time from_ms: processes that were set up with
 * the same three numbers read the same time, whenever they start. */
void clock_setup_from(int64_t from_ms, int64_t shift_ms, double speed);

int64_t clock_now(void);    /* wall, ms */
int64_t clock_steady(void); /* steady, ms */

/* Real milliseconds (at least 1 for a positive ms) that pass while the project's clock goes on by
 * ms. */
int clock_wait(int64_t ms);
void clock_sleep(int64_t ms);

/* The instant of CLOCK_MONOTONIC that is real_ms real milliseconds away, for timed waits. */
void clock_real_deadline(int real_ms, struct timespec *ret);

/* out holds at least 32 bytes. RFC 3339 "2026-11-24T03:15:45Z", with ".123" when ms matter; RFC
 * 9110 IMF-fixdate. Times outside the years 0000 to 9999 are written as the nearest one inside. */
void clock_rfc3339(int64_t at, char *out);
void clock_http_date(int64_t at, char *out);

/* Milliseconds, or -1 for anything that is not such a date, and for dates before 1970. HTTP dates
 * in all three forms that RFC 9110 section 5.6.7 tells recipients to take; RFC 3339 with any offset
 * and number of digits of a second. */
int64_t clock_parse_http_date(const char *s);
int64_t clock_parse_rfc3339(const char *s);

#endif
