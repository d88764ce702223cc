/* Dates of feeds, however they are written. */
#ifndef CHORSU_KIT_FEED_DATE_H
#define CHORSU_KIT_FEED_DATE_H

#include <stdint.h>

/* Milliseconds since 1970, or 0 for what is no date or lies before. RFC 822 and ISO 8601 in whole
 * and in part, numbers of a day in any usual order, seconds or milliseconds since 1970; months in
 * English, Russian, Uzbek and Karakalpak. The weekday is not looked at. zone_minutes: east of
 * Greenwich, for dates that name no zone. s may be NULL. */
int64_t feed_date(const char *s, int zone_minutes);

#endif
