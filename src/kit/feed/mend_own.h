/* What the two halves of the mending share: which place of a document (mend.c), which elements are
 * open (mend_tag.c). */
#ifndef CHORSU_KIT_FEED_MEND_OWN_H
#define CHORSU_KIT_FEED_MEND_OWN_H

#include <sodium.h>
#include <stdint.h>

#include "base/buf.h"
#include "kit/feed/feed.h"
#include "kit/feed/mend.h"

#define MEND_NAMES_MAX ((size_t)16 * KIB) /* bytes of the names of all open elements */
#define MEND_REF_MAX   ((size_t)32)
#define MEND_NAME_MAX  64 /* of the first element, and of names in sentences */

#define MEND_KNOWN_BITS (64 * KIB)
#define MEND_KNOWN_MAX  2000 /* different names, as a parser remembers each to the end */
#define MEND_BARE                                                                                  \
	"an \"&\" stands for itself or begins an entity of HTML; write &amp; or the character"

enum mend_place {
	BEFORE, /* no tag yet: text here is none of the feed's */
	TEXT,
	REFERENCE,   /* after "&" */
	OPENING,     /* after "<" */
	TAG,         /* in a tag, held in m->tag */
	BANG,        /* after "<!": not yet known what */
	CDATA,       /* to "]]>" */
	COMMENT,     /* to "-->" */
	INSTRUCTION, /* to "?>" */
	DOCTYPE,     /* to ">" outside of "[…]" */
	AFTER,       /* the root has ended */
};

struct mend {
	struct mend_sink sink;
	enum mend_place place;
	int line;
	int rc;
	struct buf out;
	struct buf tag; /* without "<" and ">" */
	char quote;     /* in a tag: that of the value */
	char before;    /* the last character of the tag that is no space */
	int brackets;   /* of a document type, or at the end of CDATA */
	bool junk;      /* text before the root */
	char ref[MEND_REF_MAX];
	size_t ref_len;
	char tail[2];               /* the last two bytes of a comment or instruction */
	char names[MEND_NAMES_MAX]; /* of the open elements, each ended by NUL */
	size_t names_len;
	uint16_t starts[FEED_DEPTH_MAX]; /* where each begins */
	int depth;
	char first[MEND_NAME_MAX];
	unsigned char key[crypto_shorthash_KEYBYTES]; /* so that nobody can choose what collides */
	unsigned char known[MEND_KNOWN_BITS / 8];     /* names and namespaces that were seen */
	int known_count;
};

/* Told once the root stands open: what is before it is nobody's fault. */
void mend_fault(struct mend *m, const char *sentence);

/* A reference of len bytes, or "&" and what follows it, as XML takes it. False when it is
 * none of XML's own. */
bool mend_reference(const char *ref, size_t len, struct buf *out);

/* The tag that m->tag holds was read to its end. */
void mend_tag(struct mend *m);

/* The end tag of that name, of len bytes. */
void mend_end_tag(struct mend *m, const char *name, size_t len);

/* Can "</name>" inside of CDATA only mean that its end was forgotten? */
bool mend_ends_cdata(const struct mend *m, const char *name);

bool mend_starts_name(char c);
bool mend_is_name(char c);

#endif
