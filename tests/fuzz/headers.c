/* Fuzz target: values of headers that a client sends: Accept, Accept-Language, If-None-Match,
 * If-Modified-Since, X-Forwarded-For, Origin; and the operator's list of proxies. The input is any
 * two of them, a line each. rooms: http base */
#include "fuzz.h"

#include "kit/http/accept.h"
#include "kit/http/client.h"
#include "kit/http/conditional.h"
#include "kit/http/crosssite.h"

#define ETAG "\"0123456789abcdef0123456789abcdef\""

static void negotiate(const char *value)
{
	static const char *const TYPES[] = {"text/html", "application/activity+json",
		"application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\""};
	static const char *const TAGS[] = {"uz", "uz-Cyrl", "ru", "kaa"};
	int type = accept_type(value, TYPES, LENGTH(TYPES));
	int tag = accept_language(value, TAGS, LENGTH(TAGS));

	assert(type >= -1 && type < (int)LENGTH(TYPES));
	assert(tag >= -1 && tag < (int)LENGTH(TAGS));
	assert(*value || (type == 0 && tag == 0));
}

/* A tag that is named says so whatever stands around it in the other header. */
static void validate(const char *value, const char *other)
{
	bool named = etag_matches(value, ETAG);

	assert(!named || strchr(value, '*') || strstr(value, ETAG));
	assert(not_modified(value, other, ETAG, 1795490145000) == named);
	not_modified(NULL, value, ETAG, 1795490145000);
}

/* An address reads the same when it is written again. */
static void check_address(const struct address *address)
{
	char text[ADDRESS_TEXT_SIZE];
	struct address again;

	http_address_text(address, text);
	assert(http_address_parse(text, false, &again));
	assert(!memcmp(address, &again, sizeof(again)));
}

static void locate(const char *value, const char *list)
{
	struct address peer, client;
	struct networks *proxies = NULL;
	struct err err = {0};
	int rc = http_networks_parse(list, &err, &proxies);

	check_answer(rc, &err);
	if (http_address_parse(value, true, &client))
		check_address(&client);
	if (!http_address_parse("192.0.2.1", false, &peer))
		abort();
	if (rc == 0) {
		client_address(proxies, &peer, value, &client);
		check_address(&client);
		assert(http_networks_contain(proxies, &peer) ||
			!memcmp(&peer, &client, sizeof(peer)));
	}
	http_networks_free(proxies);
}

static void judge_site(const char *value, const char *other)
{
	static const char OURS[] = "https://pages.example";
	struct err err = {0};
	int rc = crosssite_check(OURS, NULL, value, NULL, &err);

	check_answer(rc, &err);
	assert(rc < 0 || str_eq_nocase(value, OURS));
	err = (struct err){0};
	check_answer(crosssite_check(OURS, value, NULL, other, &err), &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *rest = text;
	const char *value = next_line(&rest), *other = next_line(&rest);

	negotiate(value);
	validate(value, other);
	locate(value, other);
	judge_site(value, other);
	free(text);
	return 0;
}
