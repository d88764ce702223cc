/* What kind of file an address leads to. Feeds leave the type out, or call everything
 * application/octet-stream. */
#include "kit/feed/media.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"

#define TYPE_MAX 100

static const struct {
	const char *ending, *type;
} TYPES[] = {{"jpg", "image/jpeg"}, {"jpeg", "image/jpeg"}, {"png", "image/png"},
	{"gif", "image/gif"}, {"webp", "image/webp"}, {"avif", "image/avif"},
	{"svg", "image/svg+xml"}, {"bmp", "image/bmp"}, {"heic", "image/heic"},
	{"mp3", "audio/mpeg"}, {"m4a", "audio/mp4"}, {"ogg", "audio/ogg"}, {"opus", "audio/ogg"},
	{"wav", "audio/wav"}, {"mp4", "video/mp4"}, {"m4v", "video/mp4"}, {"webm", "video/webm"},
	{"mov", "video/quicktime"}, {"pdf", "application/pdf"}, {"doc", "application/msword"},
	{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	{"xls", "application/vnd.ms-excel"},
	{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	{"zip", "application/zip"}};

static const char *by_ending(const char *url)
{
	size_t end = strcspn(url, "?#"), from = end;

	while (from && url[from - 1] != '.' && url[from - 1] != '/')
		from--;
	for (size_t i = 0; i < LENGTH(TYPES); i++)
		if (strlen(TYPES[i].ending) == end - from &&
			strncasecmp(TYPES[i].ending, url + from, end - from) == 0)
			return TYPES[i].type;
	return NULL;
}

static enum feed_media_kind kind_of(const char *type)
{
	static const struct {
		const char *begin;
		enum feed_media_kind kind;
	} KINDS[] = {{"image", FEED_PICTURE}, {"photo", FEED_PICTURE}, {"audio", FEED_AUDIO},
		{"video", FEED_VIDEO}};

	for (size_t i = 0; type && i < LENGTH(KINDS); i++)
		if (strncasecmp(type, KINDS[i].begin, strlen(KINDS[i].begin)) == 0)
			return KINDS[i].kind;
	return FEED_FILE;
}

/* "Image/JPEG; q=1" to "image/jpeg"; NULL for what is no media type. */
static char *clean(struct arena *a, const char *told)
{
	size_t len = strcspn(told, "; \t\n");
	char *type = len <= TYPE_MAX ? arena_copy(a, told, len) : NULL;

	for (char *c = type; c && *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c |= 0x20;
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789/+-._", *c))
			return NULL;
	}
	return type && strchr(type, '/') ? type : NULL;
}

void feed_media_kind(struct arena *a, struct feed_media *m, const char *told)
{
	const char *type = told ? clean(a, told) : NULL,
		   *ending = m->url ? by_ending(m->url) : NULL;

	if (!type || strcmp(type, "application/octet-stream") == 0)
		type = ending;
	m->type = type;
	m->kind = kind_of(type);
	if (m->kind == FEED_FILE)
		m->kind = kind_of(told);
}
