/* A parsed template. Inside this room: made by template_parse.c, followed by template_render.c. */
#ifndef CHORSU_KIT_HTML_TEMPLATE_TREE_H
#define CHORSU_KIT_HTML_TEMPLATE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kit/html/template.h"

enum node_type {
	NODE_TEXT,
	NODE_VALUE,
	NODE_SECTION,
	NODE_INVERTED,
	NODE_PARTIAL,
};

enum node_escape {
	ESCAPE_NONE,
	ESCAPE_PLAIN,
	ESCAPE_HTML,
	ESCAPE_XML,
	ESCAPE_URL_HTML, /* begins, or may begin, an address: its scheme is looked at first */
	ESCAPE_URL_XML,
};

/* Nodes stand in the order of the text. */
struct node {
	enum node_type type;
	enum node_escape escape;
	bool begins_line; /* in an indented partial the indentation stands before it */
	bool alone;       /* a partial that is alone on its line: text is its indentation */
	uint32_t end;     /* of a section: the node after its contents, which begin after it */
	uint32_t parts;   /* of a dotted name; 0 for "." */
	uint32_t len;     /* of text */
	const char *text; /* not ended by NUL; of a partial: the line on which it stands */
	const char *name; /* its parts, or a partial's name, each ended by NUL */
};

struct template
{
	enum template_kind kind;
	char *name;
	char *text;  /* where the nodes' texts are */
	char *names; /* where the nodes' names are */
	struct node *nodes;
	uint32_t count;
};

/* The templates that stand in the set now, until they are left. */
struct shelf;
struct shelf *template_set_enter(const struct template_set *set);
void template_set_leave(struct shelf *shelf);

/* NULL when there is none. */
const struct template *template_find(const struct shelf *shelf, const char *name);

/* As JavaScript writes a number: 1.21, 85, 1e+21. */
void template_number(struct buf *out, double n);

#endif
