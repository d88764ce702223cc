/* libxml2's push parser. No tree is built, no document type reaches it (kit/feed/mend.h), no entity
 * is looked up, and it has no way to load anything: what it holds is the piece it was given. */
#include "kit/feed/xml.h"

#include <libxml/parser.h>
#include <string.h>

#include "base/str.h"

struct xml {
	struct xml_sink sink;
	xmlParserCtxtPtr parser;
};

static void on_start(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *ns,
	int namespaces, const xmlChar **declared, int count, int defaulted,
	const xmlChar **attributes)
{
	struct xml *x = arg;
	struct xml_tag tag = {.prefix = (const char *)prefix,
		.ns = (const char *)ns,
		.name = (const char *)name,
		.attributes = attributes,
		.count = count};

	(void)namespaces, (void)declared, (void)defaulted;
	x->sink.start(x->sink.arg, &tag);
}

static void on_end(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *ns)
{
	struct xml *x = arg;
	struct xml_tag tag = {
		.prefix = (const char *)prefix, .ns = (const char *)ns, .name = (const char *)name};

	x->sink.end(x->sink.arg, &tag);
}

static void on_text(void *arg, const xmlChar *p, int len)
{
	struct xml *x = arg;

	x->sink.text(x->sink.arg, (const char *)p, (size_t)len);
}

static void on_error(void *arg, xmlErrorPtr error)
{
	struct xml *x = arg;
	char sentence[160];
	size_t len;

	/* A root that is not closed is told by the reader, which knows where the feed ended. */
	if (error->level < XML_ERR_ERROR || !error->message)
		return;
	snprintf(sentence, sizeof sentence, "%s", error->message);
	len = strlen(sentence);
	while (len && strchr(".\n ", sentence[len - 1]))
		sentence[--len] = '\0';
	x->sink.fault(x->sink.arg, error->line, sentence);
}

int xml_new(const struct xml_sink *sink, struct err *err, struct xml **ret)
{
	xmlSAXHandler handler = {.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.cdataBlock = on_text,
		.serror = on_error};
	struct xml *x = calloc(1, sizeof *x);

	if (x) {
		x->sink = *sink;
		x->parser = xmlCreatePushParserCtxt(&handler, x, NULL, 0, NULL);
	}
	if (!x || !x->parser) {
		xml_free(x);
		return err_set(err, ERR_MEMORY, "There is not enough memory to read the feed.");
	}
	xmlCtxtUseOptions(x->parser, XML_PARSE_RECOVER | XML_PARSE_NONET);
	*ret = x;
	return 0;
}

void xml_free(struct xml *x)
{
	if (!x)
		return;
	if (x->parser)
		xmlFreeParserCtxt(x->parser);
	free(x);
}

int xml_push(struct xml *x, const char *p, size_t len)
{
	int rc = xmlParseChunk(x->parser, p, (int)len, 0);

	if (rc == XML_ERR_NO_MEMORY)
		return ERR_MEMORY;
	return x->parser->instate == XML_PARSER_EOF ? ERR_TOO_LARGE : 0;
}

/* The parser is not told to replace entities, so it hands on each "&" of a value as "&#38;". */
static char *value_of(struct arena *a, const unsigned char **attribute)
{
	static const char AMPERSAND[] = "&#38;";
	char *value = arena_copy(a, attribute[3], (size_t)(attribute[4] - attribute[3])),
	     *out = value;

	for (const char *s = value; s && *s; out++) {
		bool is = strncmp(s, AMPERSAND, strlen(AMPERSAND)) == 0;

		*out = *s;
		s += is ? strlen(AMPERSAND) : 1;
	}
	if (out)
		*out = '\0';
	return value;
}

char *xml_attribute_at(const struct xml_tag *tag, struct arena *a, int place, const char **ret_name)
{
	const unsigned char **attribute = tag->attributes + 5 * (ptrdiff_t)place;

	*ret_name = attribute[1] ? NULL : (const char *)attribute[0];
	return value_of(a, attribute);
}

char *xml_attribute(
	const struct xml_tag *tag, struct arena *a, const char *prefix, const char *name)
{
	for (int i = 0; i < tag->count; i++) {
		const unsigned char **attribute = tag->attributes + 5 * (ptrdiff_t)i;

		if (str_eq((const char *)attribute[0], name) &&
			str_eq((const char *)attribute[1], prefix))
			return value_of(a, attribute);
	}
	return NULL;
}
