/* The address guard: which addresses may be connected to. What a name resolves to, and whether a
 * URL is well formed, is not asked here. */
#include "kit/fetch/fetch.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

struct range4 {
	uint32_t net;
	unsigned bits;
};

/* The special-purpose registry of IPv4 (RFC 6890 and later): everything in it that is not global
 * unicast. */
static const struct range4 closed4[] = {
	{0x00000000, 8},  /* 0.0.0.0/8: this network */
	{0x0a000000, 8},  /* 10.0.0.0/8: private */
	{0x64400000, 10}, /* 100.64.0.0/10: shared by carriers */
	{0x7f000000, 8},  /* 127.0.0.0/8: loopback */
	{0xa9fe0000, 16}, /* 169.254.0.0/16: link-local, metadata services of clouds */
	{0xac100000, 12}, /* 172.16.0.0/12: private */
	{0xc0000000, 24}, /* 192.0.0.0/24: protocol assignments */
	{0xc0000200, 24}, /* 192.0.2.0/24: documentation */
	{0xc0586300, 24}, /* 192.88.99.0/24: 6to4 relays, withdrawn */
	{0xc0a80000, 16}, /* 192.168.0.0/16: private */
	{0xc6120000, 15}, /* 198.18.0.0/15: benchmarks */
	{0xc6336400, 24}, /* 198.51.100.0/24: documentation */
	{0xcb007100, 24}, /* 203.0.113.0/24: documentation */
	{0xe0000000, 4},  /* 224.0.0.0/4: multicast */
	{0xf0000000, 4},  /* 240.0.0.0/4: reserved, broadcast */
};

struct range6 {
	unsigned char net[4]; /* the rest is zero */
	unsigned bits;
};

/* Inside 2000::/3, which alone is global unicast. The old tunnels are closed whatever they carry:
 * no site is reached through them, and what lies behind is chosen by whoever wrote the address. */
static const struct range6 closed6[] = {
	{{0x20, 0x01, 0x00, 0x00}, 23}, /* 2001::/23: protocol assignments, Teredo among them */
	{{0x20, 0x01, 0x0d, 0xb8}, 32}, /* 2001:db8::/32: documentation */
	{{0x20, 0x02, 0x00, 0x00}, 16}, /* 2002::/16: 6to4 */
	{{0x3f, 0xff, 0x00, 0x00}, 20}, /* 3fff::/20: documentation */
};

static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
static const unsigned char nat64[12] = {0x00, 0x64, 0xff, 0x9b};

static bool allowed4(uint32_t a)
{
	for (size_t i = 0; i < LENGTH(closed4); i++) {
		if ((a ^ closed4[i].net) >> (32 - closed4[i].bits) == 0)
			return false;
	}
	return true;
}

static uint32_t big_endian(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool allowed6(const unsigned char *a)
{
	uint32_t top = big_endian(a);

	/* The two forms through which IPv4 is truly reached; the well-known NAT64 prefix only,
	 * because behind 64:ff9b:1::/48 a network arranges its own. */
	if (memcmp(a, mapped, sizeof(mapped)) == 0 || memcmp(a, nat64, sizeof(nat64)) == 0)
		return allowed4(big_endian(a + 12));
	if (top >> 29 != 1)
		return false;
	for (size_t i = 0; i < LENGTH(closed6); i++) {
		if ((top ^ big_endian(closed6[i].net)) >> (32 - closed6[i].bits) == 0)
			return false;
	}
	return true;
}

bool fetch_address_allowed(const struct sockaddr *address, bool allow_private)
{
	switch (address->sa_family) {
	case AF_INET:
		return allow_private ||
		       allowed4(ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr));
	case AF_INET6:
		return allow_private ||
		       allowed6(((const struct sockaddr_in6 *)address)->sin6_addr.s6_addr);
	default:
		return false;
	}
}
