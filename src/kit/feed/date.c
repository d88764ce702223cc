/* Dates of feeds. The text is read piece by piece (a number, a word, a clock time, an offset), and
 * each piece fills what is still missing; what is neither a month nor a zone is passed over. A date
 * counts when day, month and year were found and such a day exists. */
#include "kit/feed/date.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/str.h"

#define LENGTH_MAX 120 /* bytes; no date is longer */
#define WORD_MAX   24

struct date {
	const char *p;
	int year, month, day; /* 0: not found yet */
	int hour, minute, second, ms;
	int zone; /* minutes */
	bool timed, zoned, wrong;
};

struct number {
	int64_t value;
	int digits;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct number read_number(struct date *d)
{
	struct number n = {0};

	for (; is_digit(*d->p); d->p++, n.digits++)
		if (n.digits < 15)
			n.value = n.value * 10 + (*d->p - '0');
	return n;
}

/* Two digits are of 1970 to 2069 (RFC 5322 says 1950 to 2049; no feed is so old). */
static int full_year(struct number n)
{
	if (n.digits > 2)
		return (int)n.value;
	return (int)n.value + (n.value < 70 ? 2000 : 1900);
}

/* The first letters of a month, at least three, in any of the languages. */
static int month_of(const char *word)
{
	static const char *const MONTHS[12][4] = {{"jan", "yan", "янв"}, {"feb", "fev", "фев"},
		{"mar", "мар"}, {"apr", "апр"}, {"may", "май", "мая"}, {"jun", "iyun", "июн"},
		{"jul", "iyul", "июл"}, {"aug", "avg", "авг"}, {"sep", "sen", "сен"},
		{"oct", "okt", "окт"}, {"nov", "noy", "ноя"}, {"dec", "dek", "дек"}};

	for (int month = 0; month < 12; month++)
		for (int i = 0; i < 4 && MONTHS[month][i]; i++)
			if (str_starts(word, MONTHS[month][i]))
				return month + 1;
	return 0;
}

static bool zone_of(const char *word, int *ret_minutes)
{
	static const struct {
		const char *name;
		int minutes;
	} ZONES[] = {{"z", 0}, {"ut", 0}, {"utc", 0}, {"gmt", 0}, {"est", -300}, {"edt", -240},
		{"cst", -360}, {"cdt", -300}, {"mst", -420}, {"mdt", -360}, {"pst", -480},
		{"pdt", -420}, {"cet", 60}, {"cest", 120}, {"eet", 120}, {"eest", 180},
		{"msk", 180}, {"мск", 180}, {"msd", 240}, {"uzt", 300}};

	for (size_t i = 0; i < LENGTH(ZONES); i++)
		if (strcmp(word, ZONES[i].name) == 0) {
			*ret_minutes = ZONES[i].minutes;
			return true;
		}
	return false;
}

/* Small letters of Latin and Cyrillic. */
static uint32_t fold(uint32_t c)
{
	if ((c >= 'A' && c <= 'Z') || (c >= 0x410 && c <= 0x42F))
		return c + 0x20;
	return c;
}

static bool is_letter(uint32_t c)
{
	return (fold(c) >= 'a' && fold(c) <= 'z') || (c >= 0x400 && c <= 0x52F);
}

/* A word, folded; of a long one the first letters. */
static void read_word(struct date *d, char *out)
{
	size_t len = 0;

	for (;;) {
		const char *next = d->p;
		uint32_t c = str_utf8_next(&next);

		if (!c || !is_letter(c))
			break;
		if (len + 4 < WORD_MAX)
			len += str_utf8_put(fold(c), out + len);
		d->p = next;
	}
	out[len] = '\0';
}

static void take_word(struct date *d)
{
	char word[WORD_MAX];
	int minutes;

	read_word(d, word);
	if (!d->month && month_of(word)) {
		d->month = month_of(word);
	} else if (d->timed && zone_of(word, &minutes)) {
		/* "GMT+0500", "MSK+2": the offset that follows counts from there. */
		d->zoned = !((*d->p == '+' || *d->p == '-') && is_digit(d->p[1]));
		d->zone = minutes;
	} else if (d->timed && d->hour <= 12 && (str_eq(word, "pm") || str_eq(word, "am"))) {
		d->hour = d->hour % 12 + (word[0] == 'p' ? 12 : 0);
	}
}

static void take_fraction(struct date *d)
{
	int digits = 0;

	d->p++;
	for (; is_digit(*d->p); d->p++, digits++)
		if (digits < 3)
			d->ms = d->ms * 10 + (*d->p - '0');
	for (; digits < 3; digits++)
		d->ms *= 10;
}

/* ":45", ":45:30", ":45:30.123" after the hour. */
static void take_clock(struct date *d, struct number hour)
{
	struct number n;

	d->timed = true;
	d->wrong |= hour.digits > 2;
	d->hour = (int)hour.value;
	d->p++;
	n = read_number(d);
	d->wrong |= n.digits < 1 || n.digits > 2;
	d->minute = (int)n.value;
	if (*d->p != ':' || !is_digit(d->p[1]))
		return;
	d->p++;
	n = read_number(d);
	d->wrong |= n.digits > 2;
	d->second = (int)n.value;
	if ((*d->p == '.' || *d->p == ',') && is_digit(d->p[1]))
		take_fraction(d);
}

/* "+05:00", "+0500", "+5" after the time. */
static void take_offset(struct date *d)
{
	int sign = *d->p++ == '-' ? -1 : 1;
	struct number n = read_number(d);
	int64_t hours = n.digits > 2 ? n.value / 100 : n.value;
	int64_t minutes = n.digits > 2 ? n.value % 100 : 0;

	if (n.digits <= 2 && *d->p == ':' && is_digit(d->p[1])) {
		d->p++;
		minutes = read_number(d).value;
	}
	d->wrong |= n.digits > 4 || hours > 15 || minutes > 59;
	d->zoned = true;
	d->zone += d->wrong ? 0 : sign * (int)(hours * 60 + minutes);
}

/* "2026-11-24", "24.11.2026", "11/24/26": the first of three numbers was read. */
static void take_numeric(struct date *d, struct number first)
{
	char separator = *d->p;
	struct number second, third = {0};

	d->p++;
	second = read_number(d);
	if (*d->p == separator && is_digit(d->p[1])) {
		d->p++;
		third = read_number(d);
	}
	d->wrong |= d->year || d->month || d->day || second.digits > 2;
	d->month = (int)second.value;
	if (first.digits == 4) {
		d->year = (int)first.value;
		d->day = third.digits ? (int)third.value : 1; /* W3C allows a month alone */
		d->wrong |= third.digits > 2;
		return;
	}
	d->wrong |= first.digits > 2 || !third.digits || third.digits > 4;
	d->year = full_year(third);
	d->day = (int)first.value;
	if (d->month > 12 && d->day <= 12) {
		d->month = d->day;
		d->day = (int)second.value;
	}
}

/* "20261124". */
static void take_day(struct date *d, int64_t n)
{
	d->year = (int)(n / 10000);
	d->month = (int)(n / 100 % 100);
	d->day = (int)(n % 100);
}

/* "090530". */
static void take_time(struct date *d, int64_t n)
{
	d->timed = true;
	d->hour = (int)(n / 10000);
	d->minute = (int)(n / 100 % 100);
	d->second = (int)(n % 100);
}

static void take_number(struct date *d)
{
	struct number n = read_number(d);

	if ((*d->p == ':' || (*d->p == '.' && d->year)) && !d->timed && is_digit(d->p[1]))
		take_clock(d, n);
	else if (n.digits == 8 && !d->year)
		take_day(d, n.value);
	else if ((n.digits == 6 || n.digits == 4) && d->year && !d->timed)
		take_time(d, n.digits == 6 ? n.value : n.value * 100);
	else if (*d->p && strchr("-./", *d->p) && is_digit(d->p[1]) && !d->year)
		take_numeric(d, n);
	else if (n.digits == 4 && !d->year)
		d->year = (int)n.value;
	else if (n.digits <= 2 && !d->day)
		d->day = (int)n.value;
	else if (n.digits <= 2 && !d->year)
		d->year = full_year(n);
	else
		d->wrong = true;
}

static void read_pieces(struct date *d)
{
	while (*d->p && !d->wrong) {
		const char *next = d->p;
		uint32_t c = str_utf8_next(&next);

		if (is_digit(*d->p))
			take_number(d);
		else if (is_letter(c))
			take_word(d);
		else if ((c == '+' || c == '-') && d->timed && !d->zoned && is_digit(d->p[1]))
			take_offset(d);
		else if (c == '(')
			break; /* a comment: the zone's name once more */
		else
			d->p = next;
	}
}

/* Days from 1970-01-01; any year from 1 on. */
static int64_t days_of(int year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1; /* years that begin in March end in the leap day */
	int64_t in_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return y * 365 + y / 4 - y / 100 + y / 400 + in_year - 719468;
}

static bool exists(const struct date *d)
{
	static const int LENGTHS[12] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (d->wrong || d->year < 1970 || d->year > 9999 || d->month < 1 || d->month > 12 ||
		d->day < 1 || d->day > LENGTHS[d->month - 1])
		return false;
	if (d->month == 2 && d->day == 29 && (d->year % 4 || (d->year % 100 == 0 && d->year % 400)))
		return false;
	return (d->hour <= 23 || (d->hour == 24 && !d->minute && !d->second)) && d->minute <= 59 &&
	       d->second <= 60;
}

/* Nothing but digits: seconds, milliseconds, or a day and perhaps a time without separators. */
static bool read_digits(const char *s, struct date *d, int64_t *ret)
{
	struct date all = {.p = s};
	struct number n = read_number(&all);

	if (!n.digits || *all.p)
		return false;
	if (n.digits >= 9 && n.digits <= 13)
		*ret = n.digits <= 11 ? n.value * SECOND : n.value;
	if (n.digits != 8 && n.digits != 14)
		return true;
	take_day(d, n.digits == 14 ? n.value / 1000000 : n.value);
	if (n.digits == 14)
		take_time(d, n.value % 1000000);
	return true;
}

int64_t feed_date(const char *s, int zone_minutes)
{
	struct date d = {0};
	char text[LENGTH_MAX + 1];
	int64_t at = 0;
	size_t len;

	s = s ? s + strspn(s, " \t\n") : "";
	len = strlen(s);
	while (len && strchr(" \t\n", s[len - 1]))
		len--;
	if (len > LENGTH_MAX)
		return 0;
	memcpy(text, s, len);
	text[len] = '\0';
	d.p = text;
	if (read_digits(text, &d, &at)) {
		if (!d.year)
			return at;
	} else {
		read_pieces(&d);
	}
	if (!exists(&d))
		return 0;
	at = days_of(d.year, d.month, d.day) * DAY + d.hour * HOUR + d.minute * MINUTE +
	     d.second * SECOND + d.ms - (d.zoned ? d.zone : zone_minutes) * MINUTE;
	return at > 0 ? at : 0;
}
