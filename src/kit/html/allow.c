/* The allow-list itself: elements and classes. Addresses are judged in allow_link.c. */
#include "kit/html/allow.h"

#include <string.h>

#include "base/auto.h"

#define KEEP(shape, attributes, name)                                                              \
	{                                                                                          \
		ALLOW_KEEP, shape, attributes, false, name                                         \
	}
#define EMPTY(shape, name)                                                                         \
	{                                                                                          \
		ALLOW_KEEP, shape, 0, true, name                                                   \
	}
#define DROP                                                                                       \
	{                                                                                          \
		.fate = ALLOW_DROP                                                                 \
	}
#define BREAK                                                                                      \
	{                                                                                          \
		.fate = ALLOW_BREAK                                                                \
	}

static const struct allow ELEMENTS[GUMBO_TAG_LAST] = {
	[GUMBO_TAG_P] = KEEP(SHAPE_PARAGRAPH, ATTRIBUTE_CLASS, "p"),
	[GUMBO_TAG_BR] = EMPTY(SHAPE_INLINE, "br"),
	[GUMBO_TAG_SPAN] = KEEP(SHAPE_INLINE, ATTRIBUTE_CLASS, "span"),
	[GUMBO_TAG_A] = KEEP(SHAPE_LINK, ATTRIBUTE_HREF | ATTRIBUTE_CLASS, "a"),
	[GUMBO_TAG_DEL] = KEEP(SHAPE_INLINE, 0, "del"),
	[GUMBO_TAG_CODE] = KEEP(SHAPE_INLINE, 0, "code"),
	[GUMBO_TAG_EM] = KEEP(SHAPE_INLINE, 0, "em"),
	[GUMBO_TAG_STRONG] = KEEP(SHAPE_INLINE, 0, "strong"),
	[GUMBO_TAG_B] = KEEP(SHAPE_INLINE, 0, "b"),
	[GUMBO_TAG_I] = KEEP(SHAPE_INLINE, 0, "i"),
	[GUMBO_TAG_U] = KEEP(SHAPE_INLINE, 0, "u"),
	[GUMBO_TAG_S] = KEEP(SHAPE_INLINE, 0, "s"),
	[GUMBO_TAG_STRIKE] = KEEP(SHAPE_INLINE, 0, "s"),
	[GUMBO_TAG_PRE] = KEEP(SHAPE_BLOCK, 0, "pre"),
	[GUMBO_TAG_BLOCKQUOTE] = KEEP(SHAPE_BLOCK, 0, "blockquote"),
	[GUMBO_TAG_UL] = KEEP(SHAPE_LIST, 0, "ul"),
	[GUMBO_TAG_OL] = KEEP(SHAPE_LIST, ATTRIBUTE_START | ATTRIBUTE_REVERSED, "ol"),
	[GUMBO_TAG_LI] = KEEP(SHAPE_ITEM, ATTRIBUTE_VALUE, "li"),
	[GUMBO_TAG_H1] = KEEP(SHAPE_HEADING, 0, "h1"),
	[GUMBO_TAG_H2] = KEEP(SHAPE_HEADING, 0, "h2"),
	[GUMBO_TAG_H3] = KEEP(SHAPE_HEADING, 0, "h3"),
	[GUMBO_TAG_H4] = KEEP(SHAPE_HEADING, 0, "h4"),
	[GUMBO_TAG_H5] = KEEP(SHAPE_HEADING, 0, "h5"),
	[GUMBO_TAG_H6] = KEEP(SHAPE_HEADING, 0, "h6"),
	[GUMBO_TAG_HR] = EMPTY(SHAPE_BLOCK, "hr"),
	[GUMBO_TAG_TABLE] = KEEP(SHAPE_TABLE, 0, "table"),
	[GUMBO_TAG_CAPTION] = KEEP(SHAPE_CAPTION, 0, "caption"),
	[GUMBO_TAG_THEAD] = KEEP(SHAPE_SECTION, 0, "thead"),
	[GUMBO_TAG_TBODY] = KEEP(SHAPE_SECTION, 0, "tbody"),
	[GUMBO_TAG_TFOOT] = KEEP(SHAPE_SECTION, 0, "tfoot"),
	[GUMBO_TAG_TR] = KEEP(SHAPE_ROW, 0, "tr"),
	[GUMBO_TAG_TH] = KEEP(SHAPE_CELL, ATTRIBUTE_ALIGN | ATTRIBUTE_SPAN, "th"),
	[GUMBO_TAG_TD] = KEEP(SHAPE_CELL, ATTRIBUTE_ALIGN | ATTRIBUTE_SPAN, "td"),

	[GUMBO_TAG_IMG] = {.fate = ALLOW_ALT},

	[GUMBO_TAG_ADDRESS] = BREAK,
	[GUMBO_TAG_ARTICLE] = BREAK,
	[GUMBO_TAG_ASIDE] = BREAK,
	[GUMBO_TAG_CENTER] = BREAK,
	[GUMBO_TAG_DD] = BREAK,
	[GUMBO_TAG_DETAILS] = BREAK,
	[GUMBO_TAG_DIR] = BREAK,
	[GUMBO_TAG_DIV] = BREAK,
	[GUMBO_TAG_DL] = BREAK,
	[GUMBO_TAG_DT] = BREAK,
	[GUMBO_TAG_FIELDSET] = BREAK,
	[GUMBO_TAG_FIGCAPTION] = BREAK,
	[GUMBO_TAG_FIGURE] = BREAK,
	[GUMBO_TAG_FOOTER] = BREAK,
	[GUMBO_TAG_HEADER] = BREAK,
	[GUMBO_TAG_HGROUP] = BREAK,
	[GUMBO_TAG_LEGEND] = BREAK,
	[GUMBO_TAG_LISTING] = BREAK,
	[GUMBO_TAG_MAIN] = BREAK,
	[GUMBO_TAG_MENU] = BREAK,
	[GUMBO_TAG_NAV] = BREAK,
	[GUMBO_TAG_PLAINTEXT] = BREAK,
	[GUMBO_TAG_SECTION] = BREAK,
	[GUMBO_TAG_SUMMARY] = BREAK,
	[GUMBO_TAG_XMP] = BREAK,

	[GUMBO_TAG_APPLET] = DROP,
	[GUMBO_TAG_AREA] = DROP,
	[GUMBO_TAG_AUDIO] = DROP,
	[GUMBO_TAG_BASE] = DROP,
	[GUMBO_TAG_BUTTON] = DROP,
	[GUMBO_TAG_CANVAS] = DROP,
	[GUMBO_TAG_COL] = DROP,
	[GUMBO_TAG_COLGROUP] = DROP,
	[GUMBO_TAG_DATALIST] = DROP,
	[GUMBO_TAG_EMBED] = DROP,
	[GUMBO_TAG_FORM] = DROP,
	[GUMBO_TAG_FRAME] = DROP,
	[GUMBO_TAG_FRAMESET] = DROP,
	[GUMBO_TAG_HEAD] = DROP,
	[GUMBO_TAG_IFRAME] = DROP,
	[GUMBO_TAG_INPUT] = DROP,
	[GUMBO_TAG_KEYGEN] = DROP,
	[GUMBO_TAG_LINK] = DROP,
	[GUMBO_TAG_MAP] = DROP,
	[GUMBO_TAG_MATH] = DROP,
	[GUMBO_TAG_META] = DROP,
	[GUMBO_TAG_METER] = DROP,
	[GUMBO_TAG_NOEMBED] = DROP,
	[GUMBO_TAG_NOFRAMES] = DROP,
	[GUMBO_TAG_NOSCRIPT] = DROP,
	[GUMBO_TAG_OBJECT] = DROP,
	[GUMBO_TAG_OPTGROUP] = DROP,
	[GUMBO_TAG_OPTION] = DROP,
	[GUMBO_TAG_OUTPUT] = DROP,
	[GUMBO_TAG_PARAM] = DROP,
	[GUMBO_TAG_PROGRESS] = DROP,
	[GUMBO_TAG_SCRIPT] = DROP,
	[GUMBO_TAG_SELECT] = DROP,
	[GUMBO_TAG_SOURCE] = DROP,
	[GUMBO_TAG_STYLE] = DROP,
	[GUMBO_TAG_SVG] = DROP,
	[GUMBO_TAG_TEMPLATE] = DROP,
	[GUMBO_TAG_TEXTAREA] = DROP,
	[GUMBO_TAG_TITLE] = DROP,
	[GUMBO_TAG_TRACK] = DROP,
	[GUMBO_TAG_VIDEO] = DROP,
};

const struct allow *allow_of(GumboTag tag)
{
	static const struct allow UNKNOWN = {.fate = ALLOW_UNWRAP};

	return (unsigned int)tag < GUMBO_TAG_LAST ? &ELEMENTS[tag] : &UNKNOWN;
}

bool allow_class(const char *name, size_t len)
{
	static const char *const CLASSES[] = {
		"mention", "hashtag", "u-url", "h-card", "ellipsis", "invisible", "quote-inline"};

	for (size_t i = 0; i < LENGTH(CLASSES); i++)
		if (strlen(CLASSES[i]) == len && memcmp(CLASSES[i], name, len) == 0)
			return true;
	return false;
}
