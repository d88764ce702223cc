/* JSON Feed. The bytes are cut into the members of the outermost object and the elements of
 * "items", by nothing more than brackets and quotes; each is then parsed alone, so that one that is
 * broken costs no other. */
#include "kit/feed/jsonfeed.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"
#include "kit/feed/date.h"
#include "kit/feed/draft.h"
#include "kit/feed/own.h"
#include "kit/feed/text.h"

#define ITEM_MAX  (8 * MIB) /* bytes as written: a letter may take six */
#define KEY_MAX   64
#define VALUE_MAX 65536 /* of the feed's own members */
#define VERSION   "https://jsonfeed.org/version/"

enum state { BEFORE, MEMBERS, ITEMS, AFTER };

struct jsonfeed {
	struct feed *feed;
	struct draft draft;
	enum state state;
	int line;
	int depth; /* brackets open inside of the piece */
	bool quoted, escaped;
	bool skipping; /* the piece is too long */
	bool is_feed;
	char key[KEY_MAX];
	struct buf piece;
};

int jsonfeed_new(struct feed *f, struct jsonfeed **ret)
{
	struct jsonfeed *j = calloc(1, sizeof *j);

	if (!j)
		return ERR_MEMORY;
	j->feed = f;
	j->line = 1;
	f->head.format = FEED_JSON;
	buf_init(&j->piece, ITEM_MAX);
	*ret = j;
	return 0;
}

void jsonfeed_free(struct jsonfeed *j)
{
	if (!j)
		return;
	draft_done(&j->draft);
	buf_done(&j->piece);
	free(j);
}

static void take_text(
	struct draft *d, struct written *slot, const json_t *item, const char *key, bool plain)
{
	const char *text = json_str(item, key);
	struct written w = {.text = text, .len = text ? strlen(text) : 0, .plain = plain};

	if (w.len)
		draft_text(d, slot, &w);
}

/* A name: version 1 has author, 1.1 has authors. */
static const char *author_of(const json_t *item)
{
	const json_t *authors = json_object_get(item, "authors");
	const char *name = json_str(json_array_get(authors, 0), "name");

	return name ? name : json_str(json_object_get(item, "author"), "name");
}

static void take_media(struct draft *d, const json_t *item)
{
	static const char *const PICTURES[] = {"image", "banner_image"};
	const json_t *list = json_object_get(item, "attachments");

	for (size_t i = 0; i < LENGTH(PICTURES); i++)
		draft_media(d, json_str(item, PICTURES[i]), "image");
	for (size_t i = 0; i < json_array_size(list) && d->media_count < FEED_MEDIA_MAX; i++) {
		const json_t *row = json_array_get(list, i);
		struct feed_media *m =
			draft_media(d, json_str(row, "url"), json_str(row, "mime_type"));
		json_int_t bytes = json_integer_value(json_object_get(row, "size_in_bytes"));
		const char *title;

		if (!m)
			continue;
		m->bytes = bytes > 0 ? bytes : 0;
		title = json_str(row, "title");
		if (title)
			m->alt = feed_plain(d->arena, title, strlen(title), false, FEED_TITLE_MAX);
	}
}

static void take_id(struct draft *d, const json_t *item)
{
	const json_t *id = json_object_get(item, "id");

	/* Some write numbers, which "a reader must coerce into a string". */
	if (json_is_integer(id))
		d->id = arena_printf(d->arena, "%lld", (long long)json_integer_value(id));
	else
		draft_set(d, &d->id, json_string_value(id));
}

static void fill(struct draft *d, const json_t *item, int zone)
{
	const json_t *tags = json_object_get(item, "tags");

	take_id(d, item);
	draft_set(d, &d->link, json_str(item, "url"));
	draft_set(d, &d->link, json_str(item, "external_url"));
	take_text(d, &d->title, item, "title", true);
	take_text(d, &d->content, item, "content_html", false);
	take_text(d, &d->content, item, "content_text", true);
	take_text(d, &d->summary, item, "summary", true);
	d->lang = feed_lang(d->arena, json_str(item, "language"));
	draft_author(d, author_of(item));
	d->published_ms = feed_date(json_str(item, "date_published"), zone);
	d->updated_ms = feed_date(json_str(item, "date_modified"), zone);
	for (size_t i = 0; i < json_array_size(tags); i++)
		draft_category(d, json_string_value(json_array_get(tags, i)));
	take_media(d, item);
}

static bool is_half(const char *s, size_t left, char from, char to)
{
	return left >= 6 && s[0] == '\\' && s[1] == 'u' && (s[2] | 0x20) == 'd' &&
	       (s[3] | 0x20) >= from && (s[3] | 0x20) <= to;
}

/* An escape of six characters that stands for what no text may hold. Halves of a character come
 * from texts that were cut by a count. */
static size_t mend_number(char *s, size_t left)
{
	bool high = is_half(s, left, '8', '9') || is_half(s, left, 'a', 'b');

	if (left < 6)
		return left;
	if (high && (is_half(s + 6, left - 6, 'c', 'f')))
		return 12;
	if (high || is_half(s, left, 'c', 'f'))
		memcpy(s + 2, "fffd", 4);
	else if (memcmp(s + 2, "00", 2) == 0 &&
		 (strchr("01", s[4]) || strncasecmp(s + 4, "7f", 2) == 0 || strchr("89", s[4])) &&
		 strncasecmp(s + 4, "0a", 2) != 0)
		memcpy(s + 2, "0020", 4);
	return 6;
}

/* Escapes for control characters and halves of characters, which would have the whole refused. In
 * place: what is put there is as long. */
static void mend_escapes(char *s, size_t len)
{
	for (size_t i = 0; i + 1 < len;) {
		if (s[i] != '\\') {
			i++;
		} else if (s[i + 1] == 'u') {
			i += mend_number(s + i, len - i);
		} else {
			if (strchr("bfr", s[i + 1]))
				s[i + 1] = 't';
			i += 2;
		}
	}
}

static void take_item(struct jsonfeed *j)
{
	struct feed *f = j->feed;
	struct err err = {0};
	json_t *item = NULL;

	mend_escapes(j->piece.data, j->piece.len);
	if (json_parse(j->piece.data, j->piece.len, &err, &item) < 0) {
		feed_skip(f, j->line, "an item is no valid JSON object and was left out");
		return;
	}
	if (draft_begin(&j->draft) < 0) {
		feed_fail(f, ERR_MEMORY, "There is not enough memory to read the feed.");
	} else {
		fill(&j->draft, item, f->options.zone_minutes);
		feed_hand_on(f, &j->draft, j->line);
	}
	draft_done(&j->draft);
	json_decref(item);
}

static void take_hubs(struct feed *f, const json_t *hubs)
{
	for (size_t i = 0; i < json_array_size(hubs); i++) {
		const json_t *hub = json_array_get(hubs, i);
		const char *type = json_str(hub, "type");

		if (type && strcasecmp(type, "WebSub") == 0)
			feed_add_hub(f, json_str(hub, "url"));
	}
}

static void take_member(struct jsonfeed *j, const json_t *value)
{
	struct feed *f = j->feed;
	const char *text = json_string_value(value);

	if (str_eq(j->key, "title"))
		feed_set_plain(f, &f->head.title, text, FEED_TITLE_MAX);
	else if (str_eq(j->key, "description"))
		feed_set_plain(f, &f->head.description, text, FEED_SUMMARY_MAX);
	else if (str_eq(j->key, "home_page_url"))
		feed_set_site(f, text);
	else if (str_eq(j->key, "feed_url"))
		feed_set_url(f, &f->head.self, f->options.base_url, text);
	else if (str_eq(j->key, "icon"))
		feed_set_url(f, &f->head.picture, feed_base(f), text);
	else if (str_eq(j->key, "language"))
		feed_set_lang(f, text);
	else if (str_eq(j->key, "hubs"))
		take_hubs(f, value);
	else if (str_eq(j->key, "version"))
		j->is_feed |= text && str_starts(text, VERSION);
}

/* A member of the outermost object, parsed as the only one of another. */
static void read_member(struct jsonfeed *j)
{
	AUTO(buf_done) struct buf object = BUF(VALUE_MAX + 16);
	AUTO(json_unref) json_t *parsed = NULL;
	struct err err = {0};

	mend_escapes(j->piece.data, j->piece.len);
	buf_adds(&object, "{\"v\":");
	buf_add(&object, j->piece.data, j->piece.len);
	buf_addc(&object, '}');
	if (object.failed)
		return; /* nothing that is read here is so long */
	if (json_parse(object.data, object.len, &err, &parsed) < 0)
		feed_fault(j->feed, j->line, "a member of the feed is no valid JSON");
	else
		take_member(j, json_object_get(parsed, "v"));
}

static void end_piece(struct jsonfeed *j)
{
	if (j->skipping || j->piece.failed) {
		if (j->state == ITEMS)
			feed_skip(j->feed, j->line, "an item is too long and was left out");
		else
			feed_fault(j->feed, j->line, "what is too long was left out");
	} else if (j->piece.len && j->state == ITEMS) {
		take_item(j);
	} else if (j->piece.len && *j->key) {
		read_member(j);
	}
	j->skipping = false;
	j->depth = 0;
	if (j->state == MEMBERS)
		j->key[0] = '\0';
	buf_clear(&j->piece);
}

static void add(struct jsonfeed *j, char c)
{
	if (!j->skipping)
		buf_addc(&j->piece, c);
	j->skipping |= j->piece.failed;
}

static void step_quoted(struct jsonfeed *j, char c)
{
	if (c == '\n' || c == '\t') {
		feed_fault(
			j->feed, j->line, "a string holds a line feed or tab that is not escaped");
		add(j, '\\');
		c = c == '\n' ? 'n' : 't';
	}
	add(j, c);
	if (j->escaped)
		j->escaped = false;
	else if (c == '\\')
		j->escaped = true;
	else if (c == '"')
		j->quoted = false;
}

/* A name in quotes was read, ":" follows. */
static void take_key(struct jsonfeed *j)
{
	size_t len = j->piece.len;

	j->key[0] = '\0';
	if (len > 2 && len < KEY_MAX && j->piece.data[0] == '"' && j->piece.data[len - 1] == '"')
		snprintf(j->key, sizeof j->key, "%.*s", (int)len - 2, j->piece.data + 1);
	else
		snprintf(j->key, sizeof j->key, "?");
	buf_clear(&j->piece);
}

static void step_open(struct jsonfeed *j, char c)
{
	if (j->state == MEMBERS && c == '[' && !j->piece.len && str_eq(j->key, "items")) {
		j->state = ITEMS;
		j->is_feed = true;
		return;
	}
	j->depth++;
	add(j, c);
}

static void step_close(struct jsonfeed *j, char c)
{
	if (j->depth) {
		j->depth--;
		add(j, c);
		return;
	}
	end_piece(j);
	if (j->state == ITEMS && c == ']') {
		j->state = MEMBERS;
		j->key[0] = '\0';
	} else if (j->state == MEMBERS && c == '}') {
		j->state = AFTER;
	}
}

static void step(struct jsonfeed *j, char c)
{
	if (c == '\n')
		j->line++;
	if (j->quoted) {
		step_quoted(j, c);
	} else if (j->state == BEFORE || j->state == AFTER) {
		if (j->state == BEFORE && c == '{')
			j->state = MEMBERS;
	} else if (c == '"') {
		j->quoted = true;
		add(j, c);
	} else if (c == '{' || c == '[') {
		step_open(j, c);
	} else if (c == '}' || c == ']') {
		step_close(j, c);
	} else if (c == ',' && !j->depth) {
		end_piece(j);
	} else if (c == ':' && !j->depth && j->state == MEMBERS && !*j->key) {
		take_key(j);
	} else if (!strchr(" \t\n", c)) {
		add(j, c);
	}
}

void jsonfeed_push(struct jsonfeed *j, const char *p, size_t len)
{
	for (size_t i = 0; i < len && !j->feed->rc; i++)
		step(j, p[i]);
}

void jsonfeed_end(struct jsonfeed *j)
{
	if (j->state == ITEMS || j->state == MEMBERS)
		feed_cut(j->feed, j->line, "the feed ends before it is complete");
}

bool jsonfeed_is_feed(const struct jsonfeed *j)
{
	return j->is_feed;
}
