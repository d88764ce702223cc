/* Dates by ICU. A formatter costs a tenth of a millisecond to open and is not safe to share, so a
 * few are kept, for all threads, behind one lock: writing a date with them takes a microsecond. */
#include "kit/html/dates.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <unicode/ucal.h>
#include <unicode/udat.h>
#include <unicode/udatpg.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>

#include "base/clock.h"
#include "base/str.h"

#define KEPT        24 /* formatters */
#define PATTERN_MAX 128
#define TEXT_UNITS  128 /* UTF-16 units of a date */
#define LANG_SIZE   16
#define ZONE_SIZE   64

struct formatter {
	char lang[LANG_SIZE];
	char zone[ZONE_SIZE];
	enum date_style style;
	uint64_t used; /* the larger, the later */
	UDateFormat *format;
};

static struct formatter kept[KEPT];
static uint64_t uses;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Patterns where ICU's own are not what the language's readers write; others come from ICU. */
static const struct {
	const char *lang, *locale;
	const char *day, *full, *month;
} PATTERNS[] = {
	{"uz", "uz_Latn", "d-MMMM", "y-'yil' d-MMMM", "y-'yil', MMMM"},
	{"uz-Cyrl", "uz_Cyrl", "d-MMMM", "y 'йил' d-MMMM", "y 'йил', LLLL"},
	{"kaa", "uz_Latn", "d-MMMM", "y-'yil' d-MMMM", "y-'yil', MMMM"},
	{"ru", "ru", "d MMMM", "d MMMM y 'г.'", "LLLL y 'г.'"},
	{"en", "en_GB", "d MMMM", "d MMMM y", "LLLL y"},
};

/* ICU leaves out the soft sign that the months have in Uzbek Cyrillic. */
static const char *const UZ_CYRL_MONTHS[] = {"январь", "февраль", "март", "апрель", "май", "июнь",
	"июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь"};

/* Does ICU have dates in this language? Else it would take the machine's. */
static bool has_dates(const char *locale)
{
	char wanted[ULOC_LANG_CAPACITY] = "", one[ULOC_LANG_CAPACITY];
	UErrorCode status = U_ZERO_ERROR;

	uloc_getLanguage(locale, wanted, sizeof(wanted), &status);
	for (int i = 0; U_SUCCESS(status) && i < udat_countAvailable(); i++) {
		UErrorCode each = U_ZERO_ERROR;

		uloc_getLanguage(udat_getAvailable(i), one, sizeof(one), &each);
		if (U_SUCCESS(each) && str_eq(one, wanted))
			return true;
	}
	return false;
}

/* ICU's own pattern for a day and month, with the year when full. */
static void ask_pattern(const char *locale, enum date_style style, UChar *out, UErrorCode *status)
{
	UDateTimePatternGenerator *generator = udatpg_open(locale, status);
	UChar skeleton[16];

	u_uastrcpy(skeleton, style == DATE_DAY     ? "MMMMd"
			     : style == DATE_MONTH ? "yMMMM"
						   : "yMMMMd");
	udatpg_getBestPattern(generator, skeleton, -1, out, PATTERN_MAX - 16, status);
	udatpg_close(generator);
}

static void own_pattern(const char *pattern, UChar *out, UErrorCode *status)
{
	u_strFromUTF8(out, PATTERN_MAX - 16, NULL, pattern, -1, status);
}

/* The locale for lang, of at least ULOC_FULLNAME_CAPACITY bytes, and the pattern. */
static void find_pattern(
	const char *lang, enum date_style style, char *locale, UChar *pattern, UErrorCode *status)
{
	static const char *const GREGORIAN = "@calendar=gregorian;numbers=latn";
	char base[ULOC_FULLNAME_CAPACITY] = "en_GB";

	*pattern = 0;
	for (size_t i = 0; i < LENGTH(PATTERNS); i++) {
		if (!str_eq(PATTERNS[i].lang, lang))
			continue;
		snprintf(base, sizeof(base), "%s", PATTERNS[i].locale);
		own_pattern(style == DATE_DAY     ? PATTERNS[i].day
			    : style == DATE_MONTH ? PATTERNS[i].month
						  : PATTERNS[i].full,
			pattern, status);
	}
	if (!*pattern) {
		uloc_forLanguageTag(lang, base, sizeof(base), NULL, status);
		if (U_FAILURE(*status) || !*base || !has_dates(base)) {
			*status = U_ZERO_ERROR;
			snprintf(base, sizeof(base), "en_GB");
		}
	}
	snprintf(locale, ULOC_FULLNAME_CAPACITY, "%.80s%s", base, GREGORIAN);
	if (!*pattern)
		ask_pattern(locale, style, pattern, status);
	if (style == DATE_TIME && U_SUCCESS(*status)) {
		UChar time[16];

		u_strcat(pattern, u_uastrcpy(time, ", HH:mm"));
	}
}

static void write_uz_cyrl_months(UDateFormat *format, UErrorCode *status)
{
	for (int i = 0; i < (int)LENGTH(UZ_CYRL_MONTHS); i++) {
		UChar month[16];

		u_strFromUTF8(month, LENGTH(month), NULL, UZ_CYRL_MONTHS[i], -1, status);
		udat_setSymbols(format, UDAT_MONTHS, i, month, -1, status);
		udat_setSymbols(format, UDAT_STANDALONE_MONTHS, i, month, -1, status);
	}
}

static UDateFormat *open_format(const char *lang, const char *zone, enum date_style style)
{
	char locale[ULOC_FULLNAME_CAPACITY];
	UChar pattern[PATTERN_MAX], zone16[ZONE_SIZE];
	UErrorCode status = U_ZERO_ERROR;
	UDateFormat *format;

	u_uastrcpy(zone16, date_timezone(zone) ? zone : "Etc/UTC");
	find_pattern(lang, style, locale, pattern, &status);
	format = udat_open(UDAT_PATTERN, UDAT_PATTERN, locale, zone16, -1, pattern, -1, &status);
	if (U_SUCCESS(status) && str_eq(lang, "uz-Cyrl"))
		write_uz_cyrl_months(format, &status);
	if (U_SUCCESS(status))
		return format;
	udat_close(format);
	return NULL;
}

/* Under the lock: one that is kept, else the one that was not used for longest gives way. */
static UDateFormat *find_format(const char *lang, const char *zone, enum date_style style)
{
	struct formatter *oldest = kept;

	for (struct formatter *f = kept; f < kept + KEPT; f++) {
		if (f->format && f->style == style && str_eq(f->lang, lang) &&
			!strncmp(f->zone, zone, ZONE_SIZE - 1)) {
			f->used = ++uses;
			return f->format;
		}
		if (f->used < oldest->used)
			oldest = f;
	}
	if (oldest->format)
		udat_close(oldest->format);
	oldest->format = open_format(lang, zone, style);
	oldest->style = style;
	oldest->used = ++uses;
	snprintf(oldest->lang, sizeof(oldest->lang), "%s", lang);
	snprintf(oldest->zone, sizeof(oldest->zone), "%s", zone);
	return oldest->format;
}

static char *plain_date(struct arena *a, int64_t at_ms)
{
	char text[32];

	clock_rfc3339(at_ms, text);
	return arena_copy(a, text, strcspn(text, "T"));
}

char *date_text(
	struct arena *a, const char *lang, const char *zone, int64_t at_ms, enum date_style style)
{
	char tag[LANG_SIZE], utf8[TEXT_UNITS * 3];
	UChar text[TEXT_UNITS];
	UErrorCode status = U_ZERO_ERROR;
	UDateFormat *format;

	if (!str_lang(lang, tag))
		snprintf(tag, sizeof(tag), "en");
	pthread_mutex_lock(&lock);
	format = find_format(tag, zone, style);
	if (format)
		udat_format(format, (UDate)at_ms, text, TEXT_UNITS, NULL, &status);
	pthread_mutex_unlock(&lock);
	if (format)
		u_strToUTF8(utf8, sizeof(utf8), NULL, text, -1, &status);
	if (!format || U_FAILURE(status))
		return plain_date(a, at_ms);
	return arena_strdup(a, utf8);
}

bool date_timezone(const char *zone)
{
	UChar id[ZONE_SIZE], canonical[ZONE_SIZE];
	UErrorCode status = U_ZERO_ERROR;
	UBool known = 0;
	size_t len = strlen(zone);

	if (len == 0 || len >= ZONE_SIZE ||
		zone[strspn(zone, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRST"
				  "UVWXYZ0123456789_+-/")])
		return false;
	u_uastrcpy(id, zone);
	ucal_getCanonicalTimeZoneID(id, -1, canonical, ZONE_SIZE, &known, &status);
	return U_SUCCESS(status) && known;
}

static UCalendar *open_calendar(const char *zone, UErrorCode *status)
{
	UChar zone16[ZONE_SIZE];

	if (!date_timezone(zone))
		return NULL;
	u_uastrcpy(zone16, zone);
	return ucal_open(zone16, -1, "en_GB@calendar=gregorian", UCAL_GREGORIAN, status);
}

/* The calendar stands at some instant of the month. */
static bool read_month(UCalendar *calendar, struct date_month *ret, UErrorCode *status)
{
	int year = ucal_get(calendar, UCAL_YEAR, status),
	    month = ucal_get(calendar, UCAL_MONTH, status);

	if (U_FAILURE(*status) || ucal_get(calendar, UCAL_ERA, status) != 1 || year > 9999)
		return false;
	*ret = (struct date_month){.year = year, .month = month + 1};
	ucal_setDateTime(calendar, year, month, 1, 0, 0, 0, status);
	ucal_set(calendar, UCAL_MILLISECOND, 0);
	ret->begin = (int64_t)ucal_getMillis(calendar, status);
	ucal_add(calendar, UCAL_MONTH, 1, status);
	ret->end = (int64_t)ucal_getMillis(calendar, status);
	return U_SUCCESS(*status);
}

bool date_month_of(const char *zone, int64_t at_ms, struct date_month *ret)
{
	UErrorCode status = U_ZERO_ERROR;
	UCalendar *calendar = open_calendar(zone, &status);
	bool is_month = false;

	if (calendar) {
		ucal_setMillis(calendar, (UDate)at_ms, &status);
		is_month = read_month(calendar, ret, &status);
		ucal_close(calendar);
	}
	return is_month;
}

bool date_month_named(const char *zone, const char *name, struct date_month *ret)
{
	static const char DIGITS[] = "0123456789";
	UErrorCode status = U_ZERO_ERROR;
	UCalendar *calendar;
	bool is_month = false;
	int year, month;

	if (strlen(name) != 7 || strspn(name, DIGITS) != 4 || name[4] != '-' ||
		strspn(name + 5, DIGITS) != 2)
		return false;
	year = (name[0] - '0') * 1000 + (name[1] - '0') * 100 + (name[2] - '0') * 10 + name[3] -
	       '0';
	month = (name[5] - '0') * 10 + name[6] - '0';
	calendar = year > 0 && month > 0 && month < 13 ? open_calendar(zone, &status) : NULL;
	if (calendar) {
		ucal_setDateTime(calendar, year, month - 1, 15, 12, 0, 0, &status);
		is_month = read_month(calendar, ret, &status);
		ucal_close(calendar);
	}
	return is_month;
}

int64_t date_next_midnight(const char *zone, int64_t at_ms)
{
	static const UCalendarDateFields FIELDS[] = {
		UCAL_HOUR_OF_DAY, UCAL_MINUTE, UCAL_SECOND, UCAL_MILLISECOND};
	UChar zone16[ZONE_SIZE];
	UErrorCode status = U_ZERO_ERROR;
	UCalendar *calendar;
	int64_t next;

	u_uastrcpy(zone16, date_timezone(zone) ? zone : "Etc/UTC");
	calendar = ucal_open(zone16, -1, "en_GB", UCAL_GREGORIAN, &status);
	ucal_setMillis(calendar, (UDate)at_ms, &status);
	ucal_add(calendar, UCAL_DATE, 1, &status);
	for (size_t i = 0; U_SUCCESS(status) && i < LENGTH(FIELDS); i++)
		ucal_set(calendar, FIELDS[i], 0);
	next = (int64_t)ucal_getMillis(calendar, &status);
	if (calendar)
		ucal_close(calendar);
	return U_SUCCESS(status) && next > at_ms ? next : at_ms + DAY;
}
