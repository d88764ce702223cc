/* Content negotiation. Elements that are not well formed are passed over, as are those past a fixed
 * number: a client must not choose how long this takes. */
#include "kit/http/accept.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define ELEMENTS_MAX 32
#define WEIGHT_ONE   1000

struct slice {
	const char *at;
	size_t len;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

static struct slice trim(struct slice s)
{
	while (s.len && is_space(s.at[0])) {
		s.at++;
		s.len--;
	}
	while (s.len && is_space(s.at[s.len - 1]))
		s.len--;
	return s;
}

/* Cut what stands before the next separator outside of quotes off *rest. */
static struct slice cut(struct slice *rest, char separator)
{
	struct slice piece = {rest->at, 0};
	bool quoted = false;

	while (piece.len < rest->len && (quoted || rest->at[piece.len] != separator)) {
		char c = rest->at[piece.len++];

		if (c == '"')
			quoted = !quoted;
		else if (c == '\\' && quoted && piece.len < rest->len)
			piece.len++;
	}
	rest->at += piece.len;
	rest->len -= piece.len;
	if (rest->len) {
		rest->at++;
		rest->len--;
	}
	return trim(piece);
}

static bool same(struct slice a, struct slice b)
{
	return a.len == b.len && strncasecmp(a.at, b.at, a.len) == 0;
}

static bool is_text(struct slice a, const char *b)
{
	return same(a, (struct slice){b, strlen(b)});
}

/* "0.85" as 850; false for what is no weight. */
static bool parse_weight(struct slice s, int *ret)
{
	int weight = 0, unit = WEIGHT_ONE;

	if (s.len < 1 || s.len > 5 || (s.at[0] != '0' && s.at[0] != '1'))
		return false;
	if (s.len > 1 && s.at[1] != '.')
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (i == 1)
			continue;
		if (s.at[i] < '0' || s.at[i] > '9')
			return false;
		weight += (s.at[i] - '0') * unit;
		unit /= 10;
	}
	*ret = weight;
	return weight <= WEIGHT_ONE;
}

static struct slice unquote(struct slice s)
{
	if (s.len >= 2 && s.at[0] == '"' && s.at[s.len - 1] == '"')
		return (struct slice){s.at + 1, s.len - 2};
	return s;
}

/* The value of parameter name among "; a=b; c=d"; at NULL when it is absent. */
static struct slice find_parameter(struct slice parameters, struct slice name)
{
	while (parameters.len) {
		struct slice value = cut(&parameters, ';');
		struct slice key = cut(&value, '=');

		if (key.len && same(key, name))
			return unquote(trim(value));
	}
	return (struct slice){0};
}

/* The weight among an element's parameters: 1 without one, -1 when it is malformed. */
static int weight_of(struct slice parameters)
{
	struct slice q = find_parameter(parameters, (struct slice){"q", 1});
	int weight = WEIGHT_ONE;

	return !q.at || parse_weight(q, &weight) ? weight : -1;
}

/* How closely do a range's parameters fit those of an offer? -1: a parameter of the offer is absent
 * or another. Parameters that the offer does not have (charset) are no hindrance, but make a fit
 * less close. */
static int parameters_fit(struct slice range, struct slice offer)
{
	struct slice rest = offer;
	int matched = 0, extra = 0;

	while (rest.len) {
		struct slice value = cut(&rest, ';');
		struct slice key = cut(&value, '=');
		struct slice given;

		if (!key.len)
			continue;
		given = find_parameter(range, key);
		if (!given.at || !same(given, unquote(trim(value))))
			return -1;
		matched++;
	}
	while (range.len) {
		struct slice parameter = cut(&range, ';');
		struct slice key = cut(&parameter, '=');

		if (key.len && !is_text(key, "q") && !find_parameter(offer, key).at)
			extra = 1;
	}
	return 2 * matched + 1 - extra;
}

/* How closely does a range fit an offer? 0: not. */
static int range_fit(struct slice range, struct slice range_parameters, const char *type)
{
	struct slice offer_parameters = {type, strlen(type)};
	struct slice offer = cut(&offer_parameters, ';');
	int fit;

	if (is_text(range, "*/*"))
		return 1;
	if (range.len > 2 && memcmp(range.at + range.len - 2, "/*", 2) == 0)
		return range.len - 1 <= offer.len &&
				       strncasecmp(range.at, offer.at, range.len - 1) == 0
			       ? 2
			       : 0;
	if (!same(range, offer))
		return 0;
	fit = parameters_fit(range_parameters, offer_parameters);
	return fit < 0 ? 0 : 3 + fit;
}

/* The weight of one offer: that of the range that fits it most closely; 0 for none. */
static int offer_weight(const char *header, const char *type)
{
	struct slice rest = {header, strlen(header)};
	int best = 0, weight = 0;

	for (int i = 0; rest.len && i < ELEMENTS_MAX; i++) {
		struct slice parameters = cut(&rest, ',');
		struct slice range = cut(&parameters, ';');
		int fit = range_fit(range, parameters, type);
		int q = weight_of(parameters);

		if (fit > best && q >= 0) {
			best = fit;
			weight = q;
		}
	}
	return weight;
}

static bool is_absent(const char *header)
{
	return !header || header[strspn(header, " \t")] == '\0';
}

int accept_type(const char *header, const char *const *types, int count)
{
	int best = -1, best_weight = 0;

	if (is_absent(header))
		return count > 0 ? 0 : -1;
	for (int i = 0; i < count; i++) {
		int weight = offer_weight(header, types[i]);

		if (weight > best_weight) {
			best = i;
			best_weight = weight;
		}
	}
	return best;
}

/* Does tag equal the first len bytes of a range? "uz-Latn" is stored and offered as "uz". */
static bool tag_equals(struct slice range, const char *tag)
{
	return is_text(range, tag) || (is_text(range, "uz-Latn") && strcasecmp(tag, "uz") == 0);
}

/* RFC 4647 3.4: shorten the range from its end until it equals an offer; single letters go with
 * what they introduce. */
static int look_up(struct slice range, const char *const *tags, int count)
{
	while (range.len) {
		for (int i = 0; i < count; i++)
			if (tag_equals(range, tags[i]))
				return i;
		while (range.len && range.at[range.len - 1] != '-')
			range.len--;
		if (range.len)
			range.len--;
		if (range.len >= 2 && range.at[range.len - 2] == '-')
			range.len -= 2;
	}
	return -1;
}

/* Is this tag refused with q=0 by a range that names it or what it belongs to? */
static bool refused(const char *header, const char *tag)
{
	struct slice rest = {header, strlen(header)};
	size_t longest = 0;
	bool answer = false;

	for (int i = 0; rest.len && i < ELEMENTS_MAX; i++) {
		struct slice parameters = cut(&rest, ',');
		struct slice range = cut(&parameters, ';');
		bool named = range.len <= strlen(tag) && range.len > longest &&
			     strncasecmp(range.at, tag, range.len) == 0 &&
			     (tag[range.len] == '\0' || tag[range.len] == '-');

		if (named) {
			longest = range.len;
			answer = weight_of(parameters) == 0;
		}
	}
	return answer;
}

/* What an element asks for: the offer it leads to, -1 for none. */
static int element_offer(const char *header, struct slice range, const char *const *tags, int count)
{
	int found = -1;

	if (!is_text(range, "*"))
		found = look_up(range, tags, count);
	else
		for (int i = 0; i < count && found < 0; i++)
			found = refused(header, tags[i]) ? -1 : i;
	return found >= 0 && refused(header, tags[found]) ? -1 : found;
}

int accept_language(const char *header, const char *const *tags, int count)
{
	struct slice rest = {header, header ? strlen(header) : 0};
	int best = -1, best_weight = 0;

	if (is_absent(header))
		return count > 0 ? 0 : -1;
	for (int i = 0; rest.len && i < ELEMENTS_MAX; i++) {
		struct slice parameters = cut(&rest, ',');
		struct slice range = cut(&parameters, ';');
		int weight = weight_of(parameters);

		if (range.len && weight > best_weight) {
			int offer = element_offer(header, range, tags, count);

			best_weight = offer >= 0 ? weight : best_weight;
			best = offer >= 0 ? offer : best;
		}
	}
	return best;
}

/* The coding that an element names, CODINGS for another's. */
static enum coding coding_of(struct slice name)
{
	if (is_text(name, "br"))
		return CODING_BR;
	if (is_text(name, "gzip") || is_text(name, "x-gzip"))
		return CODING_GZIP;
	return is_text(name, "identity") ? CODING_IDENTITY : CODINGS;
}

void accept_coding(const char *header, int *weights)
{
	struct slice rest = {header, header ? strlen(header) : 0};
	int any = -1;

	for (int c = 0; c < CODINGS; c++)
		weights[c] = -1;
	for (int i = 0; rest.len && i < ELEMENTS_MAX; i++) {
		struct slice parameters = cut(&rest, ',');
		struct slice name = cut(&parameters, ';');
		enum coding c = coding_of(name);
		int weight = weight_of(parameters);
		int *named = is_text(name, "*") ? &any : c < CODINGS ? &weights[c] : NULL;

		if (named && *named < 0)
			*named = weight;
	}
	/* Not named: as "*" says. Without it, bytes as they are will do when nothing else does. */
	for (int c = 0; c < CODINGS; c++)
		if (weights[c] < 0)
			weights[c] = any >= 0 ? any : c == CODING_IDENTITY ? 1 : 0;
}
