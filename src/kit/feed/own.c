/* The feed that is being read: its head, its faults, its items on their way out. */
#include "kit/feed/own.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "kit/feed/draft.h"
#include "kit/feed/text.h"
#include "kit/feed/url.h"

#define LANG_MAX 16

int feed_fail(struct feed *f, int code, const char *sentence)
{
	if (!f->rc)
		f->rc = err_set(&f->err, code, "%s", sentence);
	return f->rc;
}

static void note(struct feed *f, enum feed_state state, int line, const char *sentence)
{
	struct err e;

	f->report.faults++;
	if (f->report.state >= state)
		return;
	f->report.state = state;
	f->report.line = line;
	if (line)
		err_set(&e, ERR_INVALID, "Line %d: %s.", line, sentence);
	else
		err_set(&e, ERR_INVALID, "%s.", sentence);
	memcpy(f->report.text, e.text, sizeof e.text);
}

void feed_fault(struct feed *f, int line, const char *sentence)
{
	note(f, FEED_MENDED, line, sentence);
}

void feed_cut(struct feed *f, int line, const char *sentence)
{
	note(f, FEED_CUT, line, sentence);
}

void feed_set(struct feed *f, const char **slot, const char *value)
{
	if (!*slot && value && *value)
		*slot = arena_strdup(f->arena, value);
}

void feed_set_plain(struct feed *f, const char **slot, const char *value, size_t max)
{
	if (!*slot && value)
		*slot = feed_plain(f->arena, value, strlen(value), true, max);
}

void feed_set_url(struct feed *f, const char **slot, const char *base, const char *value)
{
	if (!*slot && value)
		*slot = feed_url_web(f->arena, base, value);
}

/* "www.example.uz" without http, which is not the page of that name beside the feed. */
static bool is_host(const char *value)
{
	static const char *const PAGES[] = {
		"html", "htm", "php", "asp", "aspx", "jsp", "xml", "rss"};
	size_t len = strcspn(value, "/?#: \t\n"), dot = len;

	while (dot && value[dot - 1] != '.')
		dot--;
	if (dot < 2 || len - dot < 2 || value[len] == ':')
		return false;
	for (size_t i = 0; i < LENGTH(PAGES); i++)
		if (strlen(PAGES[i]) == len - dot &&
			strncasecmp(PAGES[i], value + dot, len - dot) == 0)
			return false;
	return true;
}

void feed_set_site(struct feed *f, const char *value)
{
	if (f->head.link || !value)
		return;
	value += strspn(value, " \t\n");
	if (is_host(value))
		value = arena_printf(f->arena, "http://%.*s", FEED_ID_MAX, value);
	feed_set_url(f, &f->head.link, f->options.base_url, value);
}

void feed_add_hub(struct feed *f, const char *value)
{
	struct feed_head *h = &f->head;

	if (h->hub_count == FEED_HUBS_MAX)
		return;
	feed_set_url(f, &h->hubs[h->hub_count], feed_base(f), value);
	h->hub_count += h->hubs[h->hub_count] != NULL;
}

const char *feed_lang(struct arena *a, const char *value)
{
	char tag[LANG_MAX], out[LANG_MAX];
	size_t len = 0;

	value = value ? value + strspn(value, " \t\n") : "";
	while (len + 1 < sizeof tag && value[len] && !strchr(" \t\n", value[len])) {
		tag[len] = value[len] == '_' ? '-' : value[len];
		len++;
	}
	tag[len] = '\0';
	for (char *dash = tag; dash; dash = strrchr(tag, '-')) {
		if (dash != tag)
			*dash = '\0';
		if (str_lang(tag, out))
			return arena_strdup(a, out);
	}
	return NULL;
}

void feed_set_lang(struct feed *f, const char *value)
{
	if (!f->head.lang)
		f->head.lang = feed_lang(f->arena, value);
}

/* RSS says nothing of relative addresses, and who writes them means those of the site. */
const char *feed_base(const struct feed *f)
{
	bool site = f->head.format == FEED_RSS || f->head.format == FEED_RDF;

	if (f->base)
		return f->base;
	if (site && f->head.link)
		return f->head.link;
	if (f->options.base_url)
		return f->options.base_url;
	return f->head.self ? f->head.self : f->head.link;
}

static bool is_full(struct feed *f)
{
	if (f->report.items + f->report.skipped < FEED_ITEMS_MAX)
		return false;
	feed_fail(f, ERR_TOO_LARGE, "The feed holds too many items.");
	return true;
}

void feed_skip(struct feed *f, int line, const char *sentence)
{
	if (is_full(f))
		return;
	f->report.skipped++;
	feed_fault(f, line, sentence);
}

void feed_hand_on(struct feed *f, struct draft *d, int line)
{
	struct feed_item item;

	if (f->rc || is_full(f))
		return;
	if (!draft_finish(d, f, &item)) {
		feed_skip(f, line, "an item holds nothing, or too much, and was left out");
		return;
	}
	if (item.too_long)
		feed_fault(f, line, "the text of an item is too long and was left out");
	f->report.items++;
	f->rc = f->options.item(f->options.arg, &item);
}
