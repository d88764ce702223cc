/* Dates as text: RFC 3339 and HTTP (RFC 9110 section 5.6.7), in UTC, without the C library's time
 * zones and their lock. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define YEAR_0_MS  INT64_C(-62167219200000) /* 0000-01-01T00:00:00Z */
#define YEAR_10000 INT64_C(253402300800000)

struct date {
	int year, month, day; /* month and day from 1 */
	int hour, minute, second;
	int ms;
	int weekday; /* 0: Sunday */
};

static const char DAYS[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const LONG_DAYS[7] = {
	"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
static const char MONTHS[12][4] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int month_length(int year, int month)
{
	static const int LENGTHS[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return LENGTHS[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 0000-01-01 to the first of January of year (0 … 10000). */
static int64_t days_before_year(int year)
{
	int past = year - 1;

	if (year == 0)
		return 0;
	return (int64_t)year * 365 + past / 4 - past / 100 + past / 400 +
	       1; /* the year 0 is a leap year */
}

static int64_t to_ms(const struct date *d)
{
	int64_t days = days_before_year(d->year) + d->day - 1;

	for (int month = 1; month < d->month; month++)
		days += month_length(d->year, month);
	return YEAR_0_MS + days * DAY + d->hour * HOUR + d->minute * MINUTE + d->second * SECOND +
	       d->ms;
}

static int weekday_of(int64_t days_since_year_0)
{
	return (int)((days_since_year_0 + 6) % 7); /* 0000-01-01 is a Saturday */
}

static struct date from_ms(int64_t at)
{
	struct date d = {.month = 1};
	int64_t days, rest;

	if (at < YEAR_0_MS)
		at = YEAR_0_MS;
	if (at >= YEAR_10000)
		at = YEAR_10000 - 1;
	days = (at - YEAR_0_MS) / DAY;
	rest = (at - YEAR_0_MS) % DAY;
	d.weekday = weekday_of(days);
	d.year = (int)(days * 400 /
		       146097); /* at most one too many or too few: the average year is right */
	while (days_before_year(d.year) > days)
		d.year--;
	while (days_before_year(d.year + 1) <= days)
		d.year++;
	days -= days_before_year(d.year);
	for (; days >= month_length(d.year, d.month); d.month++)
		days -= month_length(d.year, d.month);
	d.day = (int)days + 1;
	d.hour = (int)(rest / HOUR);
	d.minute = (int)(rest % HOUR / MINUTE);
	d.second = (int)(rest % MINUTE / SECOND);
	d.ms = (int)(rest % SECOND);
	return d;
}

void clock_rfc3339(int64_t at, char *out)
{
	struct date d = from_ms(at);
	int len = snprintf(out, 32, "%04d-%02d-%02dT%02d:%02d:%02d", d.year, d.month, d.day, d.hour,
		d.minute, d.second);

	if (d.ms)
		snprintf(out + len, 32 - (size_t)len, ".%03dZ", d.ms);
	else
		snprintf(out + len, 32 - (size_t)len, "Z");
}

/* Two digits over the two letters at p. */
static void put_two(char *p, int n)
{
	p[0] = (char)('0' + n / 10 % 10);
	p[1] = (char)('0' + n % 10);
}

/* Every answer has one, so it is written without printf. */
void clock_http_date(int64_t at, char *out)
{
	struct date d = from_ms(at);

	memcpy(out, "Mon, 00 Jan 0000 00:00:00 GMT", 30);
	memcpy(out, DAYS[d.weekday], 3);
	put_two(out + 5, d.day);
	memcpy(out + 8, MONTHS[d.month - 1], 3);
	put_two(out + 12, d.year / 100);
	put_two(out + 14, d.year);
	put_two(out + 17, d.hour);
	put_two(out + 20, d.minute);
	put_two(out + 23, d.second);
}

/* Readers of one piece at *s: they move *s past it, or return false. */

static bool read_number(const char **s, int digits, int *ret)
{
	int n = 0;

	for (int i = 0; i < digits; i++) {
		char c = (*s)[i];

		if (c < '0' || c > '9')
			return false;
		n = n * 10 + (c - '0');
	}
	*s += digits;
	*ret = n;
	return true;
}

static bool read_text(const char **s, const char *text)
{
	size_t len = strlen(text);

	if (strncmp(*s, text, len) != 0)
		return false;
	*s += len;
	return true;
}

static bool read_month(const char **s, int *ret)
{
	for (int i = 0; i < 12; i++)
		if (read_text(s, MONTHS[i])) {
			*ret = i + 1;
			return true;
		}
	return false;
}

static bool read_clock(const char **s, struct date *d)
{
	return read_number(s, 2, &d->hour) && read_text(s, ":") && read_number(s, 2, &d->minute) &&
	       read_text(s, ":") && read_number(s, 2, &d->second);
}

/* A second 60 is a leap second: the standards let it be written, and it is taken as the one after.
 */
static bool is_date(const struct date *d)
{
	return d->month >= 1 && d->month <= 12 && d->day >= 1 &&
	       d->day <= month_length(d->year, d->month) && d->hour <= 23 && d->minute <= 59 &&
	       d->second <= 60;
}

/* "Tue, 24 Nov 2026 03:15:45 GMT" */
static bool read_fixdate(const char *s, struct date *d)
{
	return read_text(&s, ", ") && read_number(&s, 2, &d->day) && read_text(&s, " ") &&
	       read_month(&s, &d->month) && read_text(&s, " ") && read_number(&s, 4, &d->year) &&
	       read_text(&s, " ") && read_clock(&s, d) && read_text(&s, " GMT") && !*s;
}

/* "Tuesday, 24-Nov-26 03:15:45 GMT": a year that seems to lie more than 50 years ahead is one of
 * the past. */
static bool read_rfc850(const char *s, struct date *d)
{
	int now;

	if (!read_text(&s, ", ") || !read_number(&s, 2, &d->day) || !read_text(&s, "-") ||
		!read_month(&s, &d->month) || !read_text(&s, "-") ||
		!read_number(&s, 2, &d->year) || !read_text(&s, " ") || !read_clock(&s, d) ||
		!read_text(&s, " GMT") || *s)
		return false;
	now = from_ms(clock_now()).year;
	d->year += now / 100 * 100;
	if (d->year > now + 50)
		d->year -= 100;
	return true;
}

/* "Tue Nov  3 03:15:45 2026" */
static bool read_asctime(const char *s, struct date *d)
{
	return read_text(&s, " ") && read_month(&s, &d->month) && read_text(&s, " ") &&
	       (read_text(&s, " ") ? read_number(&s, 1, &d->day) : read_number(&s, 2, &d->day)) &&
	       read_text(&s, " ") && read_clock(&s, d) && read_text(&s, " ") &&
	       read_number(&s, 4, &d->year) && !*s;
}

int64_t clock_parse_http_date(const char *s)
{
	struct date d = {0};
	bool read = false;
	int64_t at;

	for (int i = 0; i < 7 && s && !read; i++) {
		const char *rest = s;

		d.weekday = i;
		if (read_text(&rest, LONG_DAYS[i]))
			read = read_rfc850(rest, &d);
		else if (read_text(&rest, DAYS[i]))
			read = *rest == ',' ? read_fixdate(rest, &d) : read_asctime(rest, &d);
	}
	if (!read || !is_date(&d))
		return -1;
	at = to_ms(&d);
	/* A weekday of another date: one of the two is wrong, and nobody can tell which. */
	if (at < 0 || weekday_of((at - YEAR_0_MS - (d.second == 60) * SECOND) / DAY) != d.weekday)
		return -1;
	return at;
}

/* ".123456": milliseconds, the rest is dropped. */
static bool read_fraction(const char **s, int *ret_ms)
{
	int ms = 0, digits = 0;

	if (!read_text(s, "."))
		return true;
	for (; **s >= '0' && **s <= '9'; (*s)++, digits++)
		if (digits < 3)
			ms = ms * 10 + (**s - '0');
	for (int i = digits; i < 3; i++)
		ms *= 10;
	*ret_ms = ms;
	return digits > 0;
}

static bool read_offset(const char **s, int64_t *ret_ms)
{
	int hours, minutes, sign = **s == '-' ? -1 : 1;

	*ret_ms = 0;
	if (read_text(s, "Z") || read_text(s, "z"))
		return true;
	if (!read_text(s, "+") && !read_text(s, "-"))
		return false;
	if (!read_number(s, 2, &hours) || !read_text(s, ":") || !read_number(s, 2, &minutes))
		return false;
	*ret_ms = sign * (hours * HOUR + minutes * MINUTE);
	return hours <= 23 && minutes <= 59;
}

int64_t clock_parse_rfc3339(const char *s)
{
	struct date d = {0};
	int64_t offset, at;

	if (!s || !read_number(&s, 4, &d.year) || !read_text(&s, "-") ||
		!read_number(&s, 2, &d.month) || !read_text(&s, "-") || !read_number(&s, 2, &d.day))
		return -1;
	if (!read_text(&s, "T") && !read_text(&s, "t"))
		return -1;
	if (!read_clock(&s, &d) || !read_fraction(&s, &d.ms) || !read_offset(&s, &offset) || *s)
		return -1;
	if (!is_date(&d))
		return -1;
	at = to_ms(&d) - offset;
	return at < 0 ? -1 : at;
}
