/* The full list of what the program consists of. */
#include "app/app.h"
#include "app/backup.h"
#include "core/core.h"
#include "feature/fediverse/fediverse.h"
#include "feature/site/site.h"
#include "feature/sources/sources.h"

static const struct feature store_feature = {.name = "store", .commands = store_commands};
static const struct feature serve_feature = {.name = "serve", .commands = serve_commands};
static const struct feature institution_feature = {
	.name = "institution", .commands = institution_commands};
static const struct feature post_feature = {.name = "post", .commands = post_commands};
static const struct feature reader_feature = {.name = "readers", .commands = reader_commands};
static const struct feature backup_feature = {.name = "backup", .commands = backup_commands};
static const struct feature demo_feature = {.name = "demo", .commands = demo_commands};
static const struct feature template_feature = {.name = "templates", .commands = template_commands};

const struct feature *const features[] = {
	&core_feature,
	&site_feature,
	&fediverse_feature,
	&sources_feature,
	&store_feature,
	&serve_feature,
	&institution_feature,
	&post_feature,
	&reader_feature,
	&backup_feature,
	&template_feature,
	&demo_feature,
	NULL,
};
