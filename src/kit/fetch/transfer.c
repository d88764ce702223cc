/* Transfers: easy handles taken, set, started, ended and used again. The callbacks are in request.c
 * and answer.c. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "kit/fetch/loop.h"
#include "kit/fetch/url.h"

#define CONNECT_MS (10 * SECOND)
#define TOTAL_MS   (30 * SECOND)

/* libcurl copies the URL. It is written anew where its host is not in the one spelling that host
 * rows and signatures use. */
static bool set_url(struct slot *slot, const struct url *u)
{
	char authority[URL_HOST_MAX], text[URL_MAX + URL_HOST_MAX];

	if (u->plain)
		return curl_easy_setopt(slot->easy, CURLOPT_URL, slot->t->url) == CURLE_OK;
	url_authority(u, authority);
	snprintf(text, sizeof(text), "%s://%s%s%s", u->tls ? "https" : "http", authority,
		*u->target == '/' ? "" : "/", u->target);
	return curl_easy_setopt(slot->easy, CURLOPT_URL, text) == CURLE_OK;
}

static bool set_method(struct slot *slot)
{
	const struct transfer *t = slot->t;
	bool posts = str_eq(t->method, "POST");
	CURLcode code = CURLE_OK;

	assert(posts || str_eq(t->method, "GET"));
	if (posts) {
		/* Without bytes libcurl would read them from standard input. */
		curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDS, t->body ? t->body : "");
		curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDSIZE_LARGE,
			(curl_off_t)(t->body ? t->body_len : 0));
	}
	if (posts != slot->posts)
		code = curl_easy_setopt(slot->easy, posts ? CURLOPT_POST : CURLOPT_HTTPGET, 1L);
	slot->posts = posts;
	return code == CURLE_OK;
}

static void set_limits(struct slot *slot)
{
	const struct transfer *t = slot->t;
	int connect_ms = clock_wait(t->connect_ms > 0 ? t->connect_ms : CONNECT_MS);
	int total_ms = clock_wait(t->total_ms > 0 ? t->total_ms : TOTAL_MS);
	bool big = t->answer_max > (size_t)BIG_BUFFER;

	if (connect_ms != slot->connect_ms)
		curl_easy_setopt(slot->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
	if (total_ms != slot->total_ms)
		curl_easy_setopt(slot->easy, CURLOPT_TIMEOUT_MS, (long)total_ms);
	if (big != slot->big)
		curl_easy_setopt(slot->easy, CURLOPT_BUFFERSIZE, big ? BIG_BUFFER : SMALL_BUFFER);
	slot->connect_ms = connect_ms;
	slot->total_ms = total_ms;
	slot->big = big;
}

static void set_address(struct slot *slot, const struct url *u)
{
	char *entry = names_find(slot->loop->fixed, u->host, u->port);

	if (!entry && !slot->resolve.data)
		return;
	slot->resolve.data = entry;
	curl_easy_setopt(slot->easy, CURLOPT_RESOLVE, entry ? &slot->resolve : NULL);
}

/* One host always meets the same multi handle: there its connections are. */
static struct shard *shard_of(struct fetch_loop *loop, const struct url *u)
{
	uint32_t hash = (uint32_t)u->port;

	if (loop->shard_count == 1)
		return &loop->shards[0];
	for (const char *p = u->host; *p; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619u;
	return &loop->shards[(hash >> 8) % (uint32_t)loop->shard_count];
}

static bool slot_set(struct slot *slot, struct transfer *t, const struct url *u)
{
	slot->t = t;
	slot->shard = shard_of(slot->loop, u);
	slot->sockets[0] = slot->sockets[1] = -1;
	slot->denied = slot->full = slot->cut = slot->in_head = slot->written = false;
	slot->refused = 0;
	slot->head_bytes = slot->body_bytes = 0;
	slot->retry_after_ms = -1;
	slot->detail[0] = '\0';
	buf_init(&slot->answer, t->take ? 1 : t->answer_max + 1);
	set_limits(slot);
	set_address(slot, u);
	return set_url(slot, u) && set_method(slot);
}

PRINTF(3, 4) static void fail(struct transfer *t, int code, const char *format, ...)
{
	va_list ap;

	t->error = code;
	va_start(ap, format);
	vsnprintf(t->why, sizeof(t->why), format, ap);
	va_end(ap);
}

static void end_later(struct fetch_loop *loop, struct transfer *t, int code, const char *why)
{
	fail(t, code, "%s", why);
	t->next = NULL;
	*loop->ended_tail = t;
	loop->ended_tail = &t->next;
}

static void clear_outcome(struct transfer *t)
{
	t->error = t->status = 0;
	t->retry_after_ms = -1;
	t->answer = t->answer_type = "";
	t->answer_len = 0;
	t->location = NULL;
	t->etag = t->modified = "";
	t->why[0] = '\0';
	t->started = clock_steady();
	t->handle = NULL;
}

void fetch_start(struct fetch_loop *loop, struct transfer *t)
{
	struct slot *slot;
	struct err err = {0};
	struct url u;

	clear_outcome(t);
	if (loop->stopping) {
		end_later(loop, t, ERR_NETWORK, "stopping");
		return;
	}
	if (url_parse(t->url, loop->options.allow_private, &err, &u) < 0) {
		end_later(loop, t, ERR_INVALID, err.text);
		return;
	}
	slot = slot_take(loop);
	if (!slot) {
		end_later(loop, t, ERR_NETWORK, "no memory for a request");
		return;
	}
	if (!slot_set(slot, t, &u) ||
		curl_multi_add_handle(slot->shard->multi, slot->easy) != CURLM_OK) {
		slot_put(slot);
		end_later(loop, t, ERR_NETWORK, "no memory for a request");
		return;
	}
	t->handle = slot;
	lanes_enter(&loop->lanes, &slot->place, t->slow, t->started);
}

static void explain_timeout(struct slot *slot, struct transfer *t)
{
	int64_t connect_ms = t->connect_ms > 0 ? t->connect_ms : CONNECT_MS;
	int64_t total_ms = t->total_ms > 0 ? t->total_ms : TOTAL_MS;

	if (slot->written)
		fail(t, ERR_TIMEOUT, "no whole answer within %.3g s", (double)total_ms / 1000);
	else
		fail(t, ERR_TIMEOUT, "no connection within %.3g s",
			(double)(connect_ms < total_ms ? connect_ms : total_ms) / 1000);
}

static void explain_network(struct slot *slot, struct transfer *t, CURLcode code)
{
	long os_errno = 0;

	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		fail(t, ERR_NETWORK, "there is no such host name");
		return;
	case CURLE_COULDNT_CONNECT:
		curl_easy_getinfo(slot->easy, CURLINFO_OS_ERRNO, &os_errno);
		fail(t, ERR_NETWORK, "no connection: %s",
			os_errno ? strerror((int)os_errno) : slot->detail);
		return;
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_PARTIAL_FILE:
		fail(t, ERR_NETWORK, "the peer broke off");
		return;
	case CURLE_PEER_FAILED_VERIFICATION:
		fail(t, ERR_NETWORK, "its certificate is not accepted: %s", slot->detail);
		return;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
		fail(t, ERR_NETWORK, "what came back is not HTTP");
		return;
	default:
		fail(t, ERR_NETWORK, "%s",
			slot->detail[0] ? slot->detail : curl_easy_strerror(code));
	}
}

/* One line over libcurl's limit of 100 KB counts as lack of memory to it. */
static bool head_too_large(const struct slot *slot, CURLcode code)
{
	return slot->head_bytes > ANSWER_HEAD_MAX || (slot->written && code == CURLE_OUT_OF_MEMORY);
}

static void explain(struct slot *slot, struct transfer *t, CURLcode code)
{
	if (slot->refused)
		fail(t, slot->refused,
			slot->body_bytes ? "its bytes could not be taken"
					 : "the request's head could not be written");
	else if (slot->full)
		fail(t, ERR_TOO_LARGE, "the answer is too large");
	else if (head_too_large(slot, code))
		fail(t, ERR_TOO_LARGE, "the answer's head is too large");
	else if (slot->denied && !slot->written)
		fail(t, ERR_DENIED, "its address is not public");
	else if (code == CURLE_OPERATION_TIMEDOUT)
		explain_timeout(slot, t);
	else
		explain_network(slot, t, code);
}

static const char *header(struct slot *slot, const char *name)
{
	struct curl_header *h;

	return curl_easy_header(slot->easy, name, 0, CURLH_HEADER, -1, &h) == CURLHE_OK ? h->value
											: "";
}

static void tell_answer(struct slot *slot, struct transfer *t)
{
	long status = 0;
	char *type = NULL, *location = NULL;

	curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
	t->status = (int)status;
	t->retry_after_ms = slot->retry_after_ms;
	t->etag = header(slot, "ETag");
	t->modified = header(slot, "Last-Modified");
	if (t->answer_max > 0) {
		curl_easy_getinfo(slot->easy, CURLINFO_CONTENT_TYPE, &type);
		t->answer_type = type ? type : "";
		t->answer = buf_text(&slot->answer);
		t->answer_len = slot->answer.len;
	}
	if (status >= 300 && status < 400) {
		curl_easy_getinfo(slot->easy, CURLINFO_REDIRECT_URL, &location);
		t->location = location;
	}
}

static void end(struct slot *slot, CURLcode code)
{
	struct fetch_loop *loop = slot->loop;
	struct transfer *t = slot->t;

	lanes_leave(&loop->lanes, &slot->place);
	loop->hungry = true;
	/* A head that breaks off is a whole answer to libcurl. */
	if (code == CURLE_OK && slot->in_head)
		code = CURLE_GOT_NOTHING;
	if (code == CURLE_OK || slot->cut)
		tell_answer(slot, t);
	else
		explain(slot, t, code);
	slot->swollen = head_too_large(slot, code);
	t->handle = NULL;
	t->done(t); /* t may be gone from here on */
	slot_put(slot);
}

static void run_ended(struct fetch_loop *loop)
{
	struct transfer *t = loop->ended;

	loop->ended = NULL;
	loop->ended_tail = &loop->ended;
	while (t) {
		struct transfer *next = t->next;

		loop->hungry = true;
		t->done(t);
		t = next;
	}
}

static void collect(CURLM *multi)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(multi, &left))) {
		struct slot *slot = NULL;
		CURLcode code = message->data.result;
		CURL *easy = message->easy_handle;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&slot);
		curl_multi_remove_handle(multi, easy);
		end(slot, code);
	}
}

void transfers_collect(struct fetch_loop *loop)
{
	for (int i = 0; i < loop->shard_count; i++)
		collect(loop->shards[i].multi);
	run_ended(loop);
}

static void stop_lane(struct fetch_loop *loop, struct lane_place *ring)
{
	while (ring->next != ring) {
		struct slot *slot = (struct slot *)ring->next;
		struct transfer *t = slot->t;

		curl_multi_remove_handle(slot->shard->multi, slot->easy);
		lanes_leave(&loop->lanes, &slot->place);
		t->handle = NULL;
		fail(t, ERR_NETWORK, "stopping");
		t->done(t);
		slot_put(slot);
	}
}

void transfers_stop(struct fetch_loop *loop)
{
	stop_lane(loop, &loop->lanes.fast);
	stop_lane(loop, &loop->lanes.slow);
	while (loop->ended)
		run_ended(loop);
}
