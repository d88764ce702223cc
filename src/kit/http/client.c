/* Addresses of clients and the proxies that may speak for them. Forwarded (RFC 7239) is not read:
 * one header, one truth. */
#include "kit/http/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define NETWORKS_MAX   64
#define ENTRY_SIZE     64
#define FORWARDED_HOPS 32 /* entries of X-Forwarded-For that are looked at */

static const unsigned char MAPPED[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct network {
	struct address address;
	int bits; /* of 128 */
};

struct networks {
	struct network items[NETWORKS_MAX];
	int count;
	bool unix_socket;
};

static bool is_ipv4(const struct address *a)
{
	return memcmp(a->bytes, MAPPED, sizeof MAPPED) == 0;
}

static bool parse_plain(const char *s, struct address *ret)
{
	struct address a = {0};

	if (inet_pton(AF_INET6, s, a.bytes) == 1) {
		*ret = a;
		return true;
	}
	memcpy(a.bytes, MAPPED, sizeof MAPPED);
	if (inet_pton(AF_INET, s, a.bytes + sizeof MAPPED) != 1)
		return false;
	*ret = a;
	return true;
}

static bool is_port(const char *s)
{
	int64_t port;

	return str_to_int64(s, &port) && port <= 65535;
}

bool http_address_parse(const char *s, bool with_port, struct address *ret)
{
	char text[ENTRY_SIZE];
	char *end;

	if (strlen(s) >= sizeof text)
		return false;
	memcpy(text, s, strlen(s) + 1);
	if (!with_port)
		return parse_plain(text, ret);
	if (text[0] == '[') {
		end = strchr(text, ']');
		if (!end || (end[1] && (end[1] != ':' || !is_port(end + 2))))
			return false;
		*end = '\0';
		return strchr(text, ':') && parse_plain(text + 1, ret);
	}
	end = strchr(text, ':');
	if (end && !strchr(end + 1, ':')) {
		if (!is_port(end + 1))
			return false;
		*end = '\0';
	}
	return parse_plain(text, ret);
}

void http_address_of_socket(const struct sockaddr *sa, socklen_t len, struct address *ret)
{
	memset(ret, 0, sizeof *ret);
	if (sa && sa->sa_family == AF_INET && len >= sizeof(struct sockaddr_in)) {
		memcpy(ret->bytes, MAPPED, sizeof MAPPED);
		memcpy(ret->bytes + sizeof MAPPED, &((const struct sockaddr_in *)sa)->sin_addr, 4);
	} else if (sa && sa->sa_family == AF_INET6 && len >= sizeof(struct sockaddr_in6)) {
		memcpy(ret->bytes, &((const struct sockaddr_in6 *)sa)->sin6_addr, 16);
	} else {
		ret->unix_socket = true;
	}
}

void http_address_text(const struct address *a, char *out)
{
	if (a->unix_socket)
		memcpy(out, "unix", sizeof "unix");
	else if (is_ipv4(a))
		inet_ntop(AF_INET, a->bytes + sizeof MAPPED, out, ADDRESS_TEXT_SIZE);
	else
		inet_ntop(AF_INET6, a->bytes, out, ADDRESS_TEXT_SIZE);
}

bool http_address_is_local(const struct address *a)
{
	static const unsigned char LOOPBACK[16] = {[15] = 1};

	if (a->unix_socket || memcmp(a->bytes, LOOPBACK, sizeof LOOPBACK) == 0)
		return true;
	return is_ipv4(a) && a->bytes[12] == 127;
}

static int parse_network(char *entry, struct err *err, struct network *ret)
{
	char *slash = strchr(entry, '/');
	int64_t bits = 0;
	int most;

	if (slash)
		*slash = '\0';
	if (!parse_plain(entry, &ret->address))
		return err_set(err, ERR_INVALID,
			"\"%.60s\" in the list of proxies is no address and no network such as 10.0.0.0/8.",
			entry);
	most = strchr(entry, ':') ? 128 : 32;
	if (slash && (!str_to_int64(slash + 1, &bits) || bits > most))
		return err_set(err, ERR_INVALID,
			"\"%.60s/%.20s\" in the list of proxies: the length of a network is 0 to %d.",
			entry, slash + 1, most);
	ret->bits = slash ? (int)bits + 128 - most : 128;
	return 0;
}

static int add_entry(struct networks *n, const char *at, size_t len, struct err *err)
{
	char entry[ENTRY_SIZE + 20];
	int rc;

	if (len >= sizeof entry || n->count == NETWORKS_MAX)
		return err_set(err, ERR_INVALID,
			"The list of proxies is too long at \"%.*s\": at most %d addresses or networks.",
			(int)(len < 40 ? len : 40), at, NETWORKS_MAX);
	memcpy(entry, at, len);
	entry[len] = '\0';
	if (str_eq(entry, "unix")) {
		n->unix_socket = true;
		return 0;
	}
	rc = parse_network(entry, err, &n->items[n->count]);
	n->count += rc == 0;
	return rc;
}

int http_networks_parse(const char *list, struct err *err, struct networks **ret)
{
	static const char SEPARATORS[] = " \t\n,";
	struct networks *n = calloc(1, sizeof *n);

	if (!n)
		return err_set(err, ERR_MEMORY, "There is no memory for the list of proxies.");
	while (list && *(list += strspn(list, SEPARATORS))) {
		size_t len = strcspn(list, SEPARATORS);
		int rc = add_entry(n, list, len, err);

		if (rc < 0) {
			http_networks_free(n);
			return rc;
		}
		list += len;
	}
	*ret = n;
	return 0;
}

void http_networks_free(struct networks *n)
{
	free(n);
}

static bool network_contains(const struct network *n, const struct address *a)
{
	int whole = n->bits / 8, rest = n->bits % 8;

	if (memcmp(n->address.bytes, a->bytes, (size_t)whole) != 0)
		return false;
	return rest == 0 || (n->address.bytes[whole] ^ a->bytes[whole]) >> (8 - rest) == 0;
}

bool http_networks_contain(const struct networks *n, const struct address *a)
{
	if (a->unix_socket)
		return n->unix_socket;
	for (int i = 0; i < n->count; i++)
		if (network_contains(&n->items[i], a))
			return true;
	return false;
}

/* Cut the last entry off list (its length in *len) and put it, trimmed, into out. False when it is
 * no address. */
static bool last_entry(const char *list, size_t *len, struct address *ret)
{
	char text[ENTRY_SIZE];
	size_t end = *len, begin;

	while (end && strchr(" \t", list[end - 1]))
		end--;
	begin = end;
	while (begin && list[begin - 1] != ',')
		begin--;
	*len = begin ? begin - 1 : 0;
	while (begin < end && strchr(" \t", list[begin]))
		begin++;
	if (end - begin >= sizeof text)
		return false;
	memcpy(text, list + begin, end - begin);
	text[end - begin] = '\0';
	return http_address_parse(text, true, ret);
}

void client_address(const struct networks *proxies, const struct address *socket,
	const char *forwarded_for, struct address *ret)
{
	size_t len = forwarded_for ? strlen(forwarded_for) : 0;

	*ret = *socket;
	for (int hops = 0; len > 0 && hops < FORWARDED_HOPS && http_networks_contain(proxies, ret);
		hops++) {
		struct address said;

		if (!last_entry(forwarded_for, &len, &said))
			return;
		*ret = said;
	}
}
