/* The table of names with a fixed address: sorted once, then searched. Looking up all other names
 * is libcurl's. */
#include "kit/fetch/names.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

struct names {
	char *text; /* the entries, each ended by NUL */
	char **entries;
	size_t count;
};

/* Length of "host:port:", 0 when the entry does not begin so. */
static size_t key_length(const char *entry)
{
	const char *first = strchr(entry, ':');
	const char *second = first ? strchr(first + 1, ':') : NULL;

	return second ? (size_t)(second - entry) + 1 : 0;
}

static int compare_keys(const char *a, const char *b)
{
	size_t la = key_length(a), lb = key_length(b);
	int order = memcmp(a, b, la < lb ? la : lb);

	return order ? order : (la > lb) - (la < lb);
}

static int compare(const void *a, const void *b)
{
	return compare_keys(*(char *const *)a, *(char *const *)b);
}

static bool valid_address(const char *address)
{
	size_t len = strlen(address);
	char text[INET6_ADDRSTRLEN];
	unsigned char bytes[16];

	if (address[0] != '[')
		return inet_pton(AF_INET, address, bytes) == 1;
	if (len < 4 || len >= sizeof(text) + 2 || address[len - 1] != ']')
		return false;
	memcpy(text, address + 1, len - 2);
	text[len - 2] = '\0';
	return inet_pton(AF_INET6, text, bytes) == 1;
}

static int check(char *entry, struct err *err)
{
	size_t key = key_length(entry);
	char port[8];
	int64_t n;

	if (key > 0) {
		const char *digits = strchr(entry, ':') + 1;

		snprintf(port, sizeof(port), "%.*s", (int)(entry + key - 1 - digits), digits);
		if (entry[0] != ':' && str_to_int64(port, &n) && n >= 1 && n <= 65535 &&
			valid_address(entry + key)) {
			for (char *p = entry; *p != ':'; p++)
				*p = (char)tolower((unsigned char)*p);
			return 0;
		}
	}
	return err_set(
		err, ERR_INVALID, "\"%s\" is not host:port:address with a numeric address", entry);
}

static int split(struct names *n, struct err *err)
{
	size_t max = strlen(n->text) / 2 + 1;
	char *save = NULL;

	n->entries = calloc(max, sizeof(*n->entries));
	if (!n->entries)
		return err_set(err, ERR_MEMORY, "no memory for the fixed addresses");
	for (char *entry = strtok_r(n->text, " \t\n", &save); entry;
		entry = strtok_r(NULL, " \t\n", &save)) {
		int rc = check(entry, err);

		if (rc < 0)
			return rc;
		n->entries[n->count++] = entry;
	}
	qsort(n->entries, n->count, sizeof(*n->entries), compare);
	return 0;
}

int names_new(const char *text, struct err *err, struct names **ret)
{
	struct names *n;
	int rc;

	if (!text || text[strspn(text, " \t\n")] == '\0') {
		*ret = NULL;
		return 0;
	}
	n = calloc(1, sizeof(*n));
	if (n)
		n->text = strdup(text);
	if (!n || !n->text) {
		free(n);
		return err_set(err, ERR_MEMORY, "no memory for the fixed addresses");
	}
	rc = split(n, err);
	if (rc < 0) {
		names_free(n);
		return rc;
	}
	*ret = n;
	return 0;
}

void names_free(struct names *n)
{
	if (!n)
		return;
	free(n->entries);
	free(n->text);
	free(n);
}

char *names_find(const struct names *n, const char *host, int port)
{
	char key[300];
	const char *wanted = key;
	char **found;

	if (!n)
		return NULL;
	snprintf(key, sizeof(key), "%s:%d:", host, port);
	found = bsearch(&wanted, n->entries, n->count, sizeof(*n->entries), compare);
	return found ? *found : NULL;
}
