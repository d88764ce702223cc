/* The room's rows: settings of the server as a whole, the kinds of reader that stand in core. */
#include "core/core.h"

#include "base/clock.h"
#include "core/media.h"
#include "core/reach.h"
#include "core/reader.h"
#include "core/search.h"
#include "core/website.h"

static const struct setting SETTINGS[] = {
	{.section = "server",
		.key = "url",
		.kind = SETTING_TEXT,
		.fallback = "",
		.comment =
			"The address of this server, as everybody outside writes it: https://HOST. It is part of every id and\n"
			"can never change once something has been published. http:// is taken for loopback addresses only."},
	{.section = "server",
		.key = "listen",
		.kind = SETTING_TEXT,
		.fallback = "127.0.0.1:8080",
		.comment =
			"Where to listen, behind a proxy that does TLS: address and port, or unix:/run/chorsu/socket.\n"
			"[::]:8080 listens on all addresses of this machine, also those of IPv4."},
	{.section = "server",
		.key = "socket_group",
		.kind = SETTING_TEXT,
		.fallback = "",
		.comment =
			"The group that may connect to a unix socket (mode 0660): the proxy's, www-data for nginx of Debian.\n"
			"Empty: the group of this process."},
	{.section = "server",
		.key = "account_domain",
		.kind = SETTING_TEXT,
		.fallback = "",
		.comment =
			"What stands after the second @ of an institution's address, when that is not the host of the url\n"
			"(then that domain's /.well-known/webfinger must lead here). Empty: the host."},
	{.section = "server",
		.key = "proxies",
		.kind = SETTING_TEXT,
		.fallback = "127.0.0.1 ::1 unix",
		.comment =
			"Addresses or networks of your proxies, separated by spaces: only their X-Forwarded-For is believed.\n"
			"unix stands for whoever connects to a unix socket."},
	{.section = "server",
		.key = "workers",
		.kind = SETTING_INT,
		.fallback = "16",
		.min = 1,
		.max = 256,
		.comment = "Threads that answer requests."},
	{.section = "server",
		.key = "cache",
		.kind = SETTING_SIZE,
		.fallback = "16m",
		.max = INT64_C(1) << 40,
		.comment =
			"Memory for answers that are sent again as long as nothing changed. 0: each is made anew."},
	{.section = "server",
		.key = "drain",
		.live = true,
		.kind = SETTING_DURATION,
		.fallback = "10s",
		.max = 600000,
		.comment =
			"How long requests and deliveries under way may take to end after SIGTERM."},
	{.section = "database",
		.key = "url",
		.kind = SETTING_TEXT,
		.fallback = "",
		.comment =
			"Empty: SQLite in this folder. Else PostgreSQL: postgresql://user@host/name"},
	{.section = "database",
		.key = "readers",
		.kind = SETTING_INT,
		.fallback = "6",
		.min = 1,
		.max = 64,
		.comment = "Read connections."},
	{.section = "fetch",
		.key = "allow_private",
		.kind = SETTING_BOOL,
		.fallback = "no",
		.comment =
			"Tests only: speak to private and loopback addresses, on any port, over http too."},
	{.section = "fetch",
		.key = "ca_file",
		.kind = SETTING_TEXT,
		.fallback = "",
		.comment = "A file of certificates to trust instead of the system's, for tests."},
	{.section = "fetch",
		.key = "resolve",
		.kind = SETTING_TEXT,
		.fallback = "",
		.comment =
			"Fixed addresses for names, for tests: host:port:address, separated by spaces."},
	{.section = "delivery",
		.key = "loops",
		.kind = SETTING_INT,
		.fallback = "0",
		.max = 4,
		.comment = "Threads that sign and send. 0: one a core, at most 4."},
	{.section = "delivery",
		.key = "connections",
		.kind = SETTING_INT,
		.fallback = "0",
		.max = 100000,
		.comment =
			"Connections to other servers that are kept open. 0: by the limit of open files."},
	{.section = "log",
		.key = "level",
		.live = true,
		.kind = SETTING_CHOICE,
		.fallback = "info",
		.choices = "debug|info|warn|error",
		.comment = "What is logged: debug, info, warn or error."},
	{.section = "log",
		.key = "format",
		.live = true,
		.kind = SETTING_CHOICE,
		.fallback = "text",
		.choices = "text|json",
		.comment = "text: one line of name=value an event. json: one object a line."},
	{.section = "log",
		.key = "file",
		.live = true,
		.kind = SETTING_TEXT,
		.fallback = "",
		.comment =
			"A file for the log of the server, opened anew at SIGHUP. Empty: standard error, which systemd keeps."},
	{.section = "log",
		.key = "access",
		.live = true,
		.kind = SETTING_BOOL,
		.fallback = "no",
		.comment = "A line for each request."},
	{.section = "test",
		.key = "clock_from",
		.kind = SETTING_INT,
		.fallback = "0",
		.test_only = true,
		.max = INT64_MAX,
		.comment =
			"The instant (ms) from which a faster clock runs, the same for all processes. 0: the start of each."},
	{.section = "test",
		.key = "clock_shift",
		.kind = SETTING_INT,
		.fallback = "0",
		.test_only = true,
		.min = INT64_MIN,
		.max = INT64_MAX,
		.comment = "Milliseconds added to the clock."},
	{.section = "test",
		.key = "clock_speed",
		.kind = SETTING_INT,
		.fallback = "1",
		.test_only = true,
		.min = 1,
		.max = 100000,
		.comment = "How many times as fast the clock runs."},
	{0},
};

static const struct reader_kind *const KINDS[] = {&reach_kind, &search_kind, NULL};

static int forget(struct tx *tx, void *arg)
{
	(void)arg;
	return refusal_forget(tx);
}

static int forget_refusals(struct ctx *cx)
{
	return db_write(cx, forget, NULL);
}

static const struct task TASKS[] = {
	{"core.websites", MINUTE, website_check},
	{"core.sweep_media", 6 * HOUR, media_sweep},
	{"core.forget_refusals", HOUR, forget_refusals},
	{0},
};

const struct feature core_feature = {
	.name = "core",
	.settings = SETTINGS,
	.migrations = &core_migrations,
	.kinds = KINDS,
	.tasks = TASKS,
};
