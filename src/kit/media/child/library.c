/* The picture library as it is wanted here: few loaders, no plug-ins, no memory of earlier work. */
#include <pthread.h>
#include <time.h>

#include <vips/vips.h>

#include "kit/media/child/child.h"

/* The plug-ins (PDF, SVG, HEIC, ImageMagick …) stand in a folder under the library's own prefix:
 * with a prefix that is none they are not even mapped. The library's run-time compiler would need
 * memory that is writable and executable. */
static const char *const SETTINGS[][2] = {
	{"VIPSHOME", "/nonexistent"},
	{"VIPS_NOVECTOR", "1"},
	{"VIPS_BLOCK_UNTRUSTED", "1"},
};

static const char *const LOADERS[] = {
	"VipsForeignLoadJpegBuffer",
	"VipsForeignLoadPngBuffer",
	"VipsForeignLoadWebpBuffer",
	"VipsForeignLoadNsgifBuffer",
};

static void *idle(void *arg)
{
	return arg;
}

/* Warnings would go to the journal of the system, and nobody could act on them. */
static void say_nothing(
	const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer arg)
{
	(void)domain;
	(void)level;
	(void)message;
	(void)arg;
}

static int compare(const void *a, const void *b)
{
	return *(const char *)a - *(const char *)b;
}

/* What the C library does on first use, and could not do later: it reads the time zone, which EXIF
 * asks for, looks how much memory there is to sort in, and handles a signal when the first thread
 * is made. */
static int use_once(void)
{
	char much[4 * KIB] = "";
	pthread_t thread;

	tzset();
	qsort(much, sizeof much, 1, compare);
	if (pthread_create(&thread, NULL, idle, NULL) != 0)
		return -1;
	return pthread_join(thread, NULL) == 0 ? 0 : -1;
}

int library_start(const char *program)
{
	for (size_t i = 0; i < LENGTH(SETTINGS); i++)
		setenv(SETTINGS[i][0], SETTINGS[i][1], 1);
	g_log_set_default_handler(say_nothing, NULL);
	if (VIPS_INIT(program) != 0)
		return -1;
	vips_concurrency_set(1);
	vips_cache_set_max(0);
	vips_block_untrusted_set(TRUE);
	vips_operation_block_set("VipsForeignLoad", TRUE);
	for (size_t i = 0; i < LENGTH(LOADERS); i++)
		vips_operation_block_set(LOADERS[i], FALSE);
	return use_once();
}
