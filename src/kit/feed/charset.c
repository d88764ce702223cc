/* Bytes in whatever charset to characters, by ICU's converters.
 *
 * Three places may tell the charset: a byte order mark, Content-Type, the XML declaration; and
 * often none of them tells the truth. So the bytes have a say: from the first one that is not ASCII
 * on some 4 KiB are looked at, and what is valid UTF-8 is UTF-8 whatever was declared, for text in
 * another charset is not valid by chance. What is not valid is read as the 8-bit charset that was
 * declared, unless ICU is sure that it is Cyrillic in another one, or as windows-1251. Until then
 * everything is ASCII and needs no decision. */
#include "kit/feed/charset.h"

#include <string.h>
#include <strings.h>
#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>

#include "base/str.h"

#define HEAD_MAX   ((size_t)1024) /* bytes in which the XML declaration is looked for */
#define SAMPLE_MAX ((size_t)4096) /* bytes looked at from the first that is not ASCII */
#define OUT_MAX    ((size_t)8192)
#define LABEL_MAX  32
#define SURE       20 /* of 100: what ICU finds in short texts is never much more */
#define SURER      10 /* than of what was declared */

enum stage { HEAD, PLAIN, SAMPLE, KNOWN };

struct charset {
	int (*sink)(void *, const char *, size_t);
	void *arg;
	enum stage stage;
	const char *declared; /* a name of KNOWN_AS, NULL when none was told */
	const char *header;
	const char *name;
	UConverter *converter; /* once known */
	struct buf held;
	bool after_cr;
	UChar high; /* first half of a surrogate pair */
	size_t len;
	char out[OUT_MAX];
};

/* Labels as declared (folded to a-z and 0-9) and what they are read as: the names of the Encoding
 * Standard that feeds use. ISO 8859-1 is windows-1252 there too. */
static const struct {
	const char *label, *name;
} KNOWN_AS[] = {{"utf8", "UTF-8"}, {"usascii", "UTF-8"}, {"ascii", "UTF-8"}, {"utf16", "UTF-16LE"},
	{"utf16le", "UTF-16LE"}, {"utf16be", "UTF-16BE"}, {"windows1251", "windows-1251"},
	{"cp1251", "windows-1251"}, {"win1251", "windows-1251"}, {"xcp1251", "windows-1251"},
	{"koi8r", "KOI8-R"}, {"koi8", "KOI8-R"}, {"koi8u", "KOI8-U"}, {"ibm866", "IBM866"},
	{"cp866", "IBM866"}, {"iso88595", "ISO-8859-5"}, {"xmaccyrillic", "x-mac-cyrillic"},
	{"windows1252", "windows-1252"}, {"cp1252", "windows-1252"}, {"iso88591", "windows-1252"},
	{"latin1", "windows-1252"}, {"windows1250", "windows-1250"}, {"iso88592", "ISO-8859-2"},
	{"windows1253", "windows-1253"}, {"iso88597", "ISO-8859-7"},
	{"windows1254", "windows-1254"}, {"iso88599", "windows-1254"},
	{"windows1255", "windows-1255"}, {"windows1256", "windows-1256"},
	{"windows1257", "windows-1257"}, {"windows1258", "windows-1258"},
	{"iso885915", "ISO-8859-15"}, {"gb2312", "gb18030"}, {"gbk", "gb18030"},
	{"gb18030", "gb18030"}, {"big5", "Big5"}, {"eucjp", "EUC-JP"}, {"shiftjis", "Shift_JIS"},
	{"euckr", "EUC-KR"}, {"tis620", "windows-874"}, {"windows874", "windows-874"}};

/* The name for a label of len bytes; NULL for one that is not known. */
static const char *known(const char *label, size_t len)
{
	char folded[LABEL_MAX];
	size_t n = 0;

	for (size_t i = 0; i < len && n + 1 < LABEL_MAX; i++) {
		char c = label[i];

		if (c >= 'A' && c <= 'Z')
			c |= 0x20;
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			folded[n++] = c;
	}
	folded[n] = '\0';
	for (size_t i = 0; i < LENGTH(KNOWN_AS); i++)
		if (strcmp(folded, KNOWN_AS[i].label) == 0)
			return KNOWN_AS[i].name;
	return NULL;
}

/* The value after word ("charset", "encoding") and "=", perhaps in quotes. */
static const char *value_after(const char *text, size_t len, const char *word)
{
	const char *end = text + len;

	for (const char *p = text; p + strlen(word) < end; p++) {
		const char *value = p + strlen(word);
		size_t n = 0;

		if (strncasecmp(p, word, strlen(word)) != 0)
			continue;
		while (value < end && strchr(" \t\n\r=\"'", *value))
			value++;
		while (value + n < end && !strchr(" \t\n\r;\"'?>", value[n]))
			n++;
		return known(value, n);
	}
	return NULL;
}

static bool is_wide(const char *name)
{
	return name && strncmp(name, "UTF-16", 6) == 0;
}

int charset_new(const char *content_type, int (*sink)(void *, const char *, size_t), void *arg,
	struct err *err, struct charset **ret)
{
	struct charset *c = calloc(1, sizeof *c);

	if (!c)
		return err_set(err, ERR_MEMORY, "not enough memory");
	c->sink = sink;
	c->arg = arg;
	c->name = "UTF-8";
	buf_init(&c->held, HEAD_MAX + SAMPLE_MAX);
	if (content_type)
		c->header = value_after(content_type, strlen(content_type), "charset");
	*ret = c;
	return 0;
}

void charset_free(struct charset *c)
{
	if (!c)
		return;
	ucnv_close(c->converter);
	buf_done(&c->held);
	free(c);
}

static int flush(struct charset *c)
{
	size_t len = c->len;

	c->len = 0;
	return len ? c->sink(c->arg, c->out, len) : 0;
}

/* One character of the text, unless it is one that no text may hold. */
static int put(struct charset *c, uint32_t ch)
{
	bool feed_done = ch == '\n' && c->after_cr;

	c->after_cr = ch == '\r';
	if (ch == '\r')
		ch = '\n';
	if (feed_done || (ch < 0x20 && ch != '\t' && ch != '\n') || (ch >= 0x7F && ch <= 0x9F) ||
		ch == 0xFEFF || (ch & 0xFFFE) == 0xFFFE)
		return 0;
	c->len += str_utf8_put(ch, c->out + c->len);
	return c->len + 4 > OUT_MAX ? flush(c) : 0;
}

static int put_unit(struct charset *c, UChar unit)
{
	UChar high = c->high;

	c->high = 0;
	if (unit >= 0xD800 && unit <= 0xDBFF) {
		c->high = unit;
		return high ? put(c, 0xFFFD) : 0;
	}
	if (unit < 0xDC00 || unit > 0xDFFF) {
		int rc = high ? put(c, 0xFFFD) : 0;

		return rc < 0 ? rc : put(c, unit);
	}
	return put(
		c, high ? 0x10000 + ((uint32_t)(high - 0xD800) << 10) + (unit - 0xDC00) : 0xFFFD);
}

static int convert(struct charset *c, const unsigned char *p, size_t len, bool last)
{
	const char *source = (const char *)p, *end = source + len;
	UErrorCode status;

	do {
		UChar units[1024] = {0}, *target = units;
		int rc = 0;

		status = U_ZERO_ERROR;
		ucnv_toUnicode(c->converter, &target, units + LENGTH(units), &source, end, NULL,
			last, &status);
		for (const UChar *u = units; u < target && rc == 0; u++)
			rc = put_unit(c, *u);
		if (rc < 0)
			return rc;
	} while (status == U_BUFFER_OVERFLOW_ERROR);
	if (U_FAILURE(status))
		return ERR_INTERNAL;
	return flush(c);
}

/* From here on it is read as name. */
static int settle(struct charset *c, const char *name)
{
	UErrorCode status = U_ZERO_ERROR;

	c->name = name;
	c->stage = KNOWN;
	c->converter = ucnv_open(name, &status);
	if (U_FAILURE(status))
		return status == U_MEMORY_ALLOCATION_ERROR ? ERR_MEMORY : ERR_INTERNAL;
	return 0;
}

static int convert_held(struct charset *c, size_t skip)
{
	int rc = convert(
		c, (const unsigned char *)buf_text(&c->held) + skip, c->held.len - skip, false);

	buf_done(&c->held);
	return rc;
}

/* Characters that are UTF-8 and bytes that are not; a character cut off by the end is neither. */
static void weigh(const char *p, size_t len, size_t *ret_good, size_t *ret_bad)
{
	const char *end = p + len;

	*ret_good = *ret_bad = 0;
	while (p < end) {
		const char *at = p;

		if (!*p) {
			p++;
			continue;
		}
		str_utf8_next(&p);
		if (p - at > 1)
			++*ret_good;
		else if ((unsigned char)*at >= 0x80 && (end - at >= 4 || (*at & 0xC0) == 0x80))
			++*ret_bad;
	}
}

/* What ICU takes the text for, when that is a charset of Cyrillic, and how sure it is of that and
 * of declared, 0 to 100. By its statistics of Russian, which Uzbek in Cyrillic is near enough to.
 */
static const char *guess(
	const struct buf *text, const char *declared, int *ret_sure, int *ret_declared)
{
	static const char *const CYRILLIC[] = {"windows-1251", "KOI8-R", "ISO-8859-5"};
	UErrorCode status = U_ZERO_ERROR;
	UCharsetDetector *detector = ucsdet_open(&status);
	const UCharsetMatch **matches;
	const char *best = NULL;
	int32_t count = 0;

	*ret_sure = *ret_declared = 0;
	ucsdet_enableInputFilter(detector, true); /* tags are passed over */
	ucsdet_setText(detector, text->data, (int32_t)text->len, &status);
	matches = ucsdet_detectAll(detector, &count, &status);
	for (int32_t i = 0; U_SUCCESS(status) && i < count; i++) {
		const char *name = ucsdet_getName(matches[i], &status);
		int sure = ucsdet_getConfidence(matches[i], &status);

		for (size_t k = 0; k < LENGTH(CYRILLIC) && !best; k++)
			if (str_eq(name, CYRILLIC[k])) {
				best = CYRILLIC[k];
				*ret_sure = sure;
			}
		if (str_eq_nocase(name, declared))
			*ret_declared = sure;
	}
	ucsdet_close(detector);
	return best;
}

/* For text that is not UTF-8. */
static const char *eight_bit(struct charset *c)
{
	const char *declared = str_eq(c->declared, "UTF-8") ? NULL : c->declared, *best;
	int sure, declared_sure;

	/* ICU does not know the others apart. */
	if (declared && !str_eq(declared, "windows-1251") && !str_eq(declared, "KOI8-R") &&
		!str_eq(declared, "ISO-8859-5") && !str_eq(declared, "windows-1252"))
		return declared;
	best = guess(&c->held, declared, &sure, &declared_sure);
	if (best && sure >= SURE && sure >= declared_sure + SURER)
		return best;
	return declared ? declared : "windows-1251";
}

static int judge(struct charset *c)
{
	const char *name = "UTF-8";
	size_t good, bad;
	int rc;

	weigh(buf_text(&c->held), c->held.len, &good, &bad);
	if (bad > good)
		name = eight_bit(c);
	rc = settle(c, name);
	return rc < 0 ? rc : convert_held(c, 0);
}

static int push_sample(struct charset *c, const unsigned char *p, size_t len)
{
	size_t room = SAMPLE_MAX - c->held.len, n = len < room ? len : room;
	int rc;

	buf_add(&c->held, p, n);
	if (c->held.failed)
		return ERR_MEMORY;
	if (c->held.len < SAMPLE_MAX)
		return 0;
	rc = judge(c);
	return rc < 0 ? rc : convert(c, p + n, len - n, false);
}

/* Nothing but ASCII so far: it needs no converter. */
static int push_plain(struct charset *c, const unsigned char *p, size_t len)
{
	size_t n = 0;
	int rc = 0;

	for (; n < len && p[n] < 0x80 && rc == 0; n++)
		rc = put(c, p[n]);
	if (rc == 0)
		rc = flush(c);
	if (rc < 0 || n == len)
		return rc;
	c->stage = SAMPLE;
	return push_sample(c, p + n, len - n);
}

/* A byte order mark's charset and length, or that of a document that begins as UTF-16 does. */
static const char *marked(const unsigned char *p, size_t len, size_t *ret_mark)
{
	static const struct {
		const char *bytes;
		size_t len, mark;
		const char *name;
	} MARKS[] = {{"\xEF\xBB\xBF", 3, 3, "UTF-8"}, {"\xFF\xFE", 2, 2, "UTF-16LE"},
		{"\xFE\xFF", 2, 2, "UTF-16BE"}, {"<\0", 2, 0, "UTF-16LE"},
		{"\0<", 2, 0, "UTF-16BE"}, {"{\0", 2, 0, "UTF-16LE"}, {"\0{", 2, 0, "UTF-16BE"}};

	for (size_t i = 0; i < LENGTH(MARKS); i++)
		if (len >= MARKS[i].len && memcmp(p, MARKS[i].bytes, MARKS[i].len) == 0) {
			*ret_mark = MARKS[i].mark;
			return MARKS[i].name;
		}
	return NULL;
}

/* The declaration of the XML, wherever it stands. */
static void read_declaration(struct charset *c)
{
	const char *text = buf_text(&c->held), *end = text + c->held.len;
	const char *from = memmem(text, c->held.len, "<?xml", 5);
	const char *to = from ? memchr(from, '>', (size_t)(end - from)) : NULL;
	const char *found = to ? value_after(from, (size_t)(to - from), "encoding") : NULL;

	c->declared = c->header;
	/* Servers add ISO 8859-1 by themselves. */
	if (found && (!c->header || strcmp(c->header, "windows-1252") == 0 ||
			     strcmp(c->header, "UTF-8") == 0))
		c->declared = found;
	if (is_wide(c->declared))
		c->declared = NULL; /* it would not have been readable so far */
}

static int leave_head(struct charset *c)
{
	size_t mark = 0;
	const char *name = marked((const unsigned char *)buf_text(&c->held), c->held.len, &mark);
	char *text;
	size_t len;
	int rc;

	if (is_wide(name)) {
		c->declared = name;
		rc = settle(c, name);
		return rc < 0 ? rc : convert_held(c, mark);
	}
	read_declaration(c);
	c->stage = PLAIN;
	text = buf_take(&c->held, &len);
	if (!text)
		return ERR_MEMORY;
	rc = push_plain(c, (const unsigned char *)text + mark, len - mark);
	free(text);
	return rc;
}

static int push_head(struct charset *c, const unsigned char *p, size_t len)
{
	size_t room = HEAD_MAX - c->held.len, n = len < room ? len : room;
	int rc;

	buf_add(&c->held, p, n);
	if (c->held.failed)
		return ERR_MEMORY;
	if (c->held.len < HEAD_MAX)
		return 0;
	rc = leave_head(c);
	return rc < 0 || n == len ? rc : charset_push(c, p + n, len - n);
}

int charset_push(struct charset *c, const unsigned char *p, size_t len)
{
	if (!len)
		return 0;
	switch (c->stage) {
	case HEAD:
		return push_head(c, p, len);
	case PLAIN:
		return push_plain(c, p, len);
	case SAMPLE:
		return push_sample(c, p, len);
	case KNOWN:
		break;
	}
	return convert(c, p, len, false);
}

int charset_end(struct charset *c)
{
	int rc = 0;

	if (c->stage == HEAD)
		rc = leave_head(c);
	if (rc == 0 && c->stage == SAMPLE)
		rc = judge(c);
	if (rc == 0 && c->stage == KNOWN)
		rc = convert(c, (const unsigned char *)"", 0, true);
	return rc;
}

const char *charset_name(const struct charset *c)
{
	return c->name;
}

bool charset_was_wrong(const struct charset *c)
{
	return c->stage == KNOWN && !str_eq(c->name, c->declared ? c->declared : "UTF-8") &&
	       !str_eq(c->name, c->header);
}
