/* Dates as people say them in each language, by ICU. From any thread. */
#ifndef CHORSU_KIT_HTML_DATES_H
#define CHORSU_KIT_HTML_DATES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum date_style {
	DATE_DAY,   /* "24-noyabr", "24 ноября", "24 November" */
	DATE_FULL,  /* "2026-yil 24-noyabr", "24 ноября 2026 г.", "24 November 2026" */
	DATE_MONTH, /* "2026-yil, noyabr", "ноябрь 2026 г.", "November 2026" */
	DATE_TIME,  /* the same with hours and minutes: "2026-yil 24-noyabr, 09:05" */
};

/* lang: BCP 47; Karakalpak is written as Uzbek, a language that ICU has no dates for as English.
 * zone: an IANA name; one that is unknown is taken as UTC. at_ms: ms since 1970. In the arena;
 * NULL when that is full. */
char *date_text(
	struct arena *a, const char *lang, const char *zone, int64_t at_ms, enum date_style style);

/* The calendar month of an instant in a zone: its number of 1 to 12, its year, and when it and the
 * next begin (ms). False for an unknown zone or an instant outside of 1 to 9999. */
struct date_month {
	int year, month;
	int64_t begin, end;
};
bool date_month_of(const char *zone, int64_t at_ms, struct date_month *ret);
/* The same by its name "2026-11". */
bool date_month_named(const char *zone, const char *name, struct date_month *ret);

/* When the next day begins there, later than at_ms. */
int64_t date_next_midnight(const char *zone, int64_t at_ms);

/* Is this the IANA name of a time zone, as "Asia/Tashkent"? */
bool date_timezone(const char *zone);

#endif
