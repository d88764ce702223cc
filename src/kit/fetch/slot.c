/* Slots: easy handles with all that is the same for every transfer set once, used again and again.
 */
#include <stdlib.h>

#include "kit/fetch/loop.h"

#define IDLE_HANDLES 256 /* easy handles kept for later, about 6 KB each */

static bool set_security(struct slot *slot)
{
	struct fetch_loop *loop = slot->loop;
	CURL *e = slot->easy;
	bool bad = false;

	bad |= curl_easy_setopt(
		e, CURLOPT_PROTOCOLS_STR, loop->options.allow_private ? "http,https" : "https");
	bad |= curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	bad |= curl_easy_setopt(e, CURLOPT_PROXY, "");
	bad |= curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	bad |= curl_easy_setopt(e, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	bad |= curl_easy_setopt(e, CURLOPT_HTTP09_ALLOWED, 0L);
	bad |= curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L);
	bad |= curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L);
	bad |= curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	/* Only without a folder of authorities does libcurl read them once instead of for each
	 * connection. */
	bad |= curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
	if (loop->options.ca_file[0])
		bad |= curl_easy_setopt(e, CURLOPT_CAINFO, loop->options.ca_file);
	bad |= curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, request_socket);
	bad |= curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, slot);
	bad |= curl_easy_setopt(e, CURLOPT_CLOSESOCKETFUNCTION, request_socket_close);
	bad |= curl_easy_setopt(e, CURLOPT_CLOSESOCKETDATA, loop);
	return !bad;
}

static bool set_manners(struct slot *slot)
{
	CURL *e = slot->easy;
	bool bad = false;

	bad |= curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	bad |= curl_easy_setopt(e, CURLOPT_PRIVATE, slot);
	bad |= curl_easy_setopt(e, CURLOPT_ERRORBUFFER, slot->detail);
	bad |= curl_easy_setopt(e, CURLOPT_USERAGENT, slot->loop->options.user_agent);
	bad |= curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	bad |= curl_easy_setopt(e, CURLOPT_PATH_AS_IS, 1L);
	bad |= curl_easy_setopt(e, CURLOPT_TCP_NODELAY, 1L);
	bad |= curl_easy_setopt(e, CURLOPT_BUFFERSIZE, SMALL_BUFFER);
	bad |= curl_easy_setopt(e, CURLOPT_UPLOAD_BUFFERSIZE, BIG_BUFFER);
	bad |= curl_easy_setopt(e, CURLOPT_MAXAGE_CONN, KEEP_SECONDS);
	/* A handle meets another host each time: sessions of strangers are of no use to it. */
	bad |= curl_easy_setopt(e, CURLOPT_SHARE, slot->loop->share);
	bad |= curl_easy_setopt(e, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	/* Connections are kept, so names need not be; and libcurl walks all it keeps at the end of
	 * each transfer. */
	bad |= curl_easy_setopt(e, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
	/* Else the loop would stand still until a slow name server answers a transfer that has
	 * ended. */
	bad |= curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);
	bad |= curl_easy_setopt(e, CURLOPT_HTTPHEADER, &slot->loop->lines.node[0]);
	bad |= curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, request_write);
	bad |= curl_easy_setopt(e, CURLOPT_PREREQDATA, slot);
	bad |= curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, answer_head);
	bad |= curl_easy_setopt(e, CURLOPT_HEADERDATA, slot);
	bad |= curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, answer_body);
	bad |= curl_easy_setopt(e, CURLOPT_WRITEDATA, slot);
	return !bad;
}

static void slot_free(struct slot *slot)
{
	curl_easy_cleanup(slot->easy);
	buf_done(&slot->answer);
	free(slot);
}

static struct slot *slot_new(struct fetch_loop *loop)
{
	struct slot *slot = calloc(1, sizeof(*slot));

	if (!slot)
		return NULL;
	slot->loop = loop;
	slot->easy = curl_easy_init();
	if (!slot->easy) {
		free(slot);
		return NULL;
	}
	if (!set_security(slot) || !set_manners(slot)) {
		slot_free(slot);
		return NULL;
	}
	return slot;
}

struct slot *slot_take(struct fetch_loop *loop)
{
	struct slot *slot = loop->idle;

	if (!slot)
		return slot_new(loop);
	loop->idle = slot->next;
	loop->idle_count--;
	return slot;
}

void slot_put(struct slot *slot)
{
	struct fetch_loop *loop = slot->loop;

	slot->t = NULL;
	buf_done(&slot->answer);
	if (loop->idle_count >= IDLE_HANDLES || slot->swollen) {
		slot_free(slot);
		return;
	}
	slot->next = loop->idle;
	loop->idle = slot;
	loop->idle_count++;
}

void slots_drop(struct fetch_loop *loop, int leave)
{
	while (loop->idle_count > leave) {
		struct slot *slot = loop->idle;

		loop->idle = slot->next;
		loop->idle_count--;
		slot_free(slot);
	}
}
