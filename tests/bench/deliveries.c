/* The table of deliveries, and just enough reading of JSON for it. No sockets here. */
#include "deliveries.h"

#include <string.h>
#include <sys/types.h>

#define SLOTS (1u << 19)

struct slot {
	uint32_t address;
	int64_t actor; /* 0: free */
	int64_t last;
};

struct deliveries deliveries;
static struct slot table[SLOTS];

/* Past the end of a string that began before `at`; -1 without an end. */
static ssize_t string_end(const char *body, size_t len, size_t at)
{
	for (; at < len; at++) {
		if (body[at] == '\\')
			at++;
		else if (body[at] == '"')
			return (ssize_t)at + 1;
	}
	return -1;
}

/* The number at the end of a string like "http://host/actor/12", 0 when it ends with something
 * else. */
static int64_t last_number(const char *text, size_t len)
{
	int64_t n = 0;
	size_t at = len;

	while (at > 0 && text[at - 1] >= '0' && text[at - 1] <= '9')
		at--;
	if (len - at > 19)
		return 0;
	for (; at < len; at++)
		n = n * 10 + (text[at] - '0');
	return n;
}

static bool key_is(const char *key, size_t len, const char *name)
{
	return len == strlen(name) && memcmp(key, name, len) == 0;
}

bool activity_read(const char *body, size_t len, int64_t *ret_id, int64_t *ret_actor)
{
	const char *key = NULL;
	size_t key_len = 0;
	int depth = 0;

	*ret_id = *ret_actor = 0;
	for (size_t at = 0; at < len; at++) {
		ssize_t end;

		if (body[at] == '{' || body[at] == '[')
			depth++;
		else if (body[at] == '}' || body[at] == ']')
			depth--;
		else if (body[at] == ',' && depth == 1)
			key = NULL;
		if (body[at] != '"')
			continue;
		end = string_end(body, len, at + 1);
		if (end < 0)
			return false;
		if (depth == 1 && !key) {
			key = body + at + 1;
			key_len = (size_t)end - at - 2;
		} else if (depth == 1 && key_is(key, key_len, "id")) {
			*ret_id = last_number(body + at + 1, (size_t)end - at - 2);
		} else if (depth == 1 && key_is(key, key_len, "actor")) {
			*ret_actor = last_number(body + at + 1, (size_t)end - at - 2);
		}
		if (*ret_id && *ret_actor)
			return true;
		at = (size_t)end - 1;
	}
	return false;
}

static struct slot *find(uint32_t address, int64_t actor)
{
	uint64_t hash = ((uint64_t)address << 20 ^ (uint64_t)actor) * 0x9e3779b97f4a7c15u;
	size_t at = hash >> 45;

	while (table[at].actor && (table[at].actor != actor || table[at].address != address))
		at = (at + 1) % SLOTS;
	return &table[at];
}

void delivery_count(uint32_t address, const char *body, size_t len)
{
	struct slot *slot;
	int64_t id, actor;

	if (!activity_read(body, len, &id, &actor)) {
		deliveries.unreadable++;
		return;
	}
	slot = find(address, actor);
	if (!slot->actor) {
		if (deliveries.pairs >= SLOTS / 4 * 3) {
			deliveries.unreadable++;
			return;
		}
		deliveries.pairs++;
		*slot = (struct slot){.address = address, .actor = actor};
	}
	if (id == slot->last)
		deliveries.repeats++;
	else if (id < slot->last)
		deliveries.late++;
	else
		slot->last = id;
}
