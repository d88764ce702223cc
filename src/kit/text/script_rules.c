/* The letters, by ICU with rules of our own.
 *
 * ICU's own uz_Latn-uz_Cyrl writes Ўзбэкистон for Oʻzbekiston (every e is э), Исъҳоқ for Isʼhoq,
 * лицэй for litsey, О'збэк for O'zbek; and the way back tsirk, sentyabr, obʼyekt, Ishoq. It cannot
 * be mended from outside. What ICU does well stays with it: contexts, case classes, order of rules.
 * Words that no rule can know are in script_words.c.
 *
 * The rules see one word (script_word.c). Text before the cursor has been converted already, text
 * behind it has not. A transliterator is not safe to share: each is used under a lock, for one word
 * at a time (a microsecond or two). Nothing is compiled before somebody converts. */
#include "kit/text/script_own.h"

#include <pthread.h>

#include <unicode/utrans.h>

/* clang-format off: a line is a thought. In sets: letters of either script, both cases; of two letters
 * the first decides whether a capital comes out. */
#define SETS                                                                                                          \
	u"$vowel = [aeiouAEIOUаеёиоуўэюяыАЕЁИОУЎЭЮЯЫ];"                                         \
	u"$consonant = [бвгғджзкқлмнпрстфхҳцчшщБВГҒДЖЗКҚЛМНПРСТФХҲЦЧШЩ" \
	u"bcdfghjklmnpqrstvxzBCDFGHJKLMNPQRSTVXZ];"                                                                   \
	u"$a = [aA]; $e = [eE]; $h = [hH]; $i = [iI]; $k = [kK]; $l = [lL]; $m = [mM]; $n = [nN];"                    \
	u"$o = [oO]; $p = [pP]; $s = [sS]; $t = [tT]; $u = [uU]; $v = [vV]; $y = [yY];"                               \
	u"$upper = [:Lu:]; $lower = [:Ll:]; $letter = [[:L:][:M:]];"

static const UChar TO_CYRILLIC[] = SETS
	/* oʻ gʻ, and yoʻ is no ё */
	u"oʻ > ў; Oʻ > Ў; gʻ > ғ; Gʻ > Ғ;"
	u"y } $o ʻ > й; Y } $o ʻ > Й;"
	/* the tutuq that keeps s and h apart; else ъ */
	u"[сС] { ʼ } $h > ;"
	u"$upper { ʼ } $upper > Ъ; $upper $upper { ʼ } [^$letter] > Ъ; ʼ > ъ;"
	/* ts is т and с before a native ending, which begins with s: shartsiz, ketsa, aytsin; and
	 * in millatsevar. It is ц where none begins so: before these, at the beginning, at the end
	 */
	u"t } $s $e $v $a > т; T } $s $e $v $a > Т;"
	u"[^$letter] { t $s } [^hH] > ц; [^$letter] { T $s } [^hH] > Ц;"
	u"t $s } $i [aoyAOY] > ц; T $s } $i [aoyAOY] > Ц;"
	u"t $s } $i $p > ц; T $s } $i $p > Ц;"
	u"t $s } $i $t > ц; T $s } $i $t > Ц;"
	u"t $s } $i $s $t > ц; T $s } $i $s $t > Ц;"
	u"t $s } $i $k $l > ц; T $s } $i $k $l > Ц;"
	u"t $s } $e > ц; T $s } $e > Ц;"
	u"t $s } $o $v > ц; T $s } $o $v > Ц;"
	u"t $s } [^$letter] > ц; T $s } [^$letter] > Ц;"
	/* aksiya, opsion, potensial */
	u"[кнпбКНПБ] { s } $i $y $a > ц; [кнпбКНПБ] { S } $i $y $a > Ц;"
	u"[кнпКНП] { s } $i $o $n > ц; [кнпКНП] { S } $i $o $n > Ц;"
	u"[нН] { s } $i $a > ц; [нН] { S } $i $a > Ц;"
	/* film in any word */
	u"[фФ][иИ] { l } $m > ль; [фФ][иИ] { L } m > Ль; [фФ][иИ] { L } M > ЛЬ;"
	/* sh ch */
	u"s $h > ш; S $h > Ш; c $h > ч; C $h > Ч;"
	/* ye after a consonant; yo in batalyon, Solovyov */
	u"$consonant { ye > ье; $consonant { Ye > Ье; $consonant { YE > ЬЕ;"
	u"[лЛ] { yo } $n > ьо; [лЛ] { YO } $n > ЬО;"
	u"[бвБВ] { yo } $v > ьё; [бвБВ] { YO } $v > ЬЁ;"
	/* ye yo yu ya */
	u"y $e > е; Y $e > Е; y $o > ё; Y $o > Ё; y $u > ю; Y $u > Ю; y $a > я; Y $a > Я;"
	/* Alieva, Abdullaev, klient: a y left out, as many do */
	u"$vowel { e } $v [^oOоО] > е; $vowel { E } $v [^oOоО] > Е; [иИ] { e > е; [иИ] { E > Е;"
	/* э at the beginning and after a vowel */
	u"[^$letter] { e > э; [^$letter] { E > Э; $vowel { e > э; $vowel { E > Э; e > е; E > Е;"
	u"a > а; b > б; d > д; f > ф; g > г; h > ҳ; i > и; j > ж; k > к; l > л; m > м; n > н;"
	u"o > о; p > п; q > қ; r > р; s > с; t > т; u > у; v > в; x > х; y > й; z > з;"
	u"A > А; B > Б; D > Д; F > Ф; G > Г; H > Ҳ; I > И; J > Ж; K > К; L > Л; M > М; N > Н;"
	u"O > О; P > П; Q > Қ; R > Р; S > С; T > Т; U > У; V > В; X > Х; Y > Й; Z > З;";

static const UChar TO_LATIN[] = SETS
	/* ъ before е ё ю я after a consonant is not written, nor after oʻ; ь never is */
	u"$consonant { ъе > ye; $consonant { Ъе > ye; $consonant { ЪЕ > YE;"
	u"$consonant { [ъЪ] } [ёюяЁЮЯ] > ;"
	u"$o ʻ { [ъЪ] > ;"
	u"[ъЪ] > ʼ;"
	u"ье > ye; Ье > ye; ЬЕ > YE; ьо > yo; ЬО > YO; [ьЬ] > ;"
	/* с and ҳ that are no sh */
	u"$s { ҳ > ʼh; $s { Ҳ > ʼH;"
	/* ц: ts after a vowel, and in the name Цой; цц is one */
	u"[tT] [sS] { [цЦ] > ;"
	u"[^$letter] { Ц } о й > Ts; [^$letter] { Ц } О Й > TS;"
	u"[$vowel ʻ] { ц > ts; [$vowel ʻ] { Ц } $lower > Ts; [$vowel ʻ] { Ц > TS; ц > s; Ц > S;"
	/* е: ye at the beginning and after a vowel */
	u"[^$letter] { е > ye; [$vowel ʻ ʼ] { е > ye;"
	u"[^$letter] { Е } $upper > YE; [^$letter] { Е > Ye; [$vowel ʻ ʼ] { Е > YE;"
	u"е > e; Е > E;"
	/* sentabr, oktabr */
	u"$s $e $n $t { я } [бБ] [рР] > a; $s $e $n $t { Я } [бБ] [рР] > A;"
	u"$o $k $t { я } [бБ] [рР] > a; $o $k $t { Я } [бБ] [рР] > A;"
	u"ё > yo; ю > yu; я > ya; ш > sh; ч > ch; щ > shch; ў > oʻ; ғ > gʻ; Ў > Oʻ; Ғ > Gʻ;"
	u"Ё } $upper > YO; $upper ʻ? { Ё > YO; Ё > Yo;"
	u"Ю } $upper > YU; $upper ʻ? { Ю > YU; Ю > Yu; Я } $upper > YA; $upper ʻ? { Я > YA; Я > Ya;"
	u"Ш } $upper > SH; $upper ʻ? { Ш > SH; Ш > Sh; Ч } $upper > CH; $upper ʻ? { Ч > CH; Ч > Ch;"
	u"Щ } $upper > SHCH; $upper ʻ? { Щ > SHCH; Щ > Shch;"
	u"а > a; б > b; в > v; г > g; д > d; ж > j; з > z; и > i; й > y; к > k; қ > q; л > l;"
	u"м > m; н > n; о > o; п > p; р > r; с > s; т > t; у > u; ф > f; х > x; ҳ > h; ы > i;"
	u"э > e; А > A; Б > B; В > V; Г > G; Д > D; Ж > J; З > Z; И > I; Й > Y; К > K; Қ > Q;"
	u"Л > L; М > M; Н > N; О > O; П > P; Р > R; С > S; Т > T; У > U; Ф > F; Х > X; Ҳ > H;"
	u"Ы > I; Э > E;";
/* clang-format on */

static struct direction {
	const UChar *id, *rules;
	pthread_mutex_t lock;
	UTransliterator *open; /* for the life of the process */
} directions[] = {
	[SCRIPT_LATIN] = {u"chorsu-uz_Cyrl-uz_Latn", TO_LATIN, PTHREAD_MUTEX_INITIALIZER, NULL},
	[SCRIPT_CYRILLIC] = {u"chorsu-uz_Latn-uz_Cyrl", TO_CYRILLIC, PTHREAD_MUTEX_INITIALIZER,
		NULL},
};

static int code_of(UErrorCode status)
{
	if (U_SUCCESS(status))
		return 0;
	return status == U_MEMORY_ALLOCATION_ERROR ? ERR_MEMORY : ERR_INTERNAL;
}

int script_ready(enum script to)
{
	struct direction *d = &directions[to];
	UErrorCode status = U_ZERO_ERROR;
	UParseError where;

	pthread_mutex_lock(&d->lock);
	if (!d->open)
		d->open = utrans_openU(d->id, -1, UTRANS_FORWARD, d->rules, -1, &where, &status);
	pthread_mutex_unlock(&d->lock);
	return code_of(status);
}

int script_letters(enum script to, UChar *text, int32_t size, int32_t *len)
{
	struct direction *d = &directions[to];
	UErrorCode status = U_ZERO_ERROR;
	int32_t limit = *len;

	pthread_mutex_lock(&d->lock);
	utrans_transUChars(d->open, text, len, size, 0, &limit, &status);
	pthread_mutex_unlock(&d->lock);
	return code_of(status);
}
