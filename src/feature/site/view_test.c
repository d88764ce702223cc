/* Data for templates, and the templates with it: every page of templates/ renders, says what it
 * should and escapes what it must. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "feature/site/view.h"

#define AT 1795500305000 /* 2026-11-24T09:05:05+05:00, about */

static struct arena *a;
static struct server server = {
	.origin = "https://h.example", .host = "h.example", .account_domain = "gov.example"};

static const struct institution_text NAMES[] = {
	{"uz", "Mehnat vazirligi", "Vazirlik. Ikkinchi gap.", "", "", ""},
	{"ru", "Министерство <труда>", "", "", "", ""},
	{0},
};
static const struct institution MEHNAT = {
	.id = 7, .handle = "mehnat", .languages = "uz ru", .texts = NAMES};

static const struct variant NOTE[] = {{"uz", "", "Salom", "<p>Salom</p>", 1, false}, {0}};
static const struct variant ARTICLE[] = {
	{"uz", "Sarlavha", "Bir", "<p>Bir</p><p>Ikki</p>", 1, false},
	{"ru", "Заголовок \"<\"", "Раз",
		"<p>Раз</p><p>Два</p><a href=\"https://h.example/@mehnat/tag/bandlik\">#Bandlik</a>",
		1, false},
	{"kaa", "", "Bir kaa", "<p>Bir kaa</p>", 2, false},
	{0},
};
static const struct post_tag TAGS[] = {{"Bandlik", "bandlik"}, {"Ўзбек", "ўзбек"}, {0}};

static struct post note(void)
{
	return (struct post){.id = 11,
		.institution = 7,
		.visibility = "public",
		.lang = "uz",
		.revision = 1,
		.published_at = AT,
		.updated_at = AT,
		.variants = NOTE};
}

static struct post article(void)
{
	struct post p = note();

	p.id = 12;
	p.article = true;
	p.revision = 2;
	p.variants = ARTICLE;
	return p;
}

static struct site_page page_in(const char *lang, const char *prefix)
{
	return (struct site_page){.server = &server,
		.arena = a,
		.lang = lang,
		.language = site_language_for(lang),
		.prefix = prefix,
		.zone = "Asia/Tashkent"};
}

static int setup(void **state)
{
	(void)state;
	a = arena_new(4 * MIB);
	return a ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

static void addresses(void **state)
{
	static const struct {
		const char *lang, *path, *address;
	} ROWS[] = {
		{"", "/", "/"},
		{"", "/@mehnat", "/@mehnat"},
		{"ru", "/", "/ru"},
		{"ru", "/?after=x", "/ru?after=x"},
		{"uz-Cyrl", "/@mehnat?before=1-2", "/uz-Cyrl/@mehnat?before=1-2"},
		{"kaa", "/post/1", "/kaa/post/1"},
	};
	struct site_page p = page_in("ru", "/ru");
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++)
		assert_string_equal(
			site_address_in(&p, ROWS[i].lang, ROWS[i].path), ROWS[i].address);
	assert_string_equal(site_address(&p, "/post/1"), "/ru/post/1");
	p.prefix = "";
	assert_string_equal(site_address(&p, "/post/1"), "/post/1");
	assert_string_equal(view_tag_path(&p, &MEHNAT, "ў/?"), "/@mehnat/tag/%D1%9E%2F%3F");
}

static void items(void **state)
{
	static const struct {
		bool article;
		const char *lang, *title, *text, *text_lang, *label;
		bool more;
	} ROWS[] = {
		{false, "uz", NULL, "<p>Salom</p>", "uz", "Salom", false},
		{false, "ru", NULL, "<p>Salom</p>", "uz", "Salom", false},
		{true, "uz", "Sarlavha", "<p>Bir</p>", "uz", "Sarlavha", true},
		{true, "uz-Cyrl", "Сарлавҳа", "<p>Бир</p>", "uz-Cyrl", "Сарлавҳа", true},
		{true, "ru", "Заголовок \"<\"", "<p>Раз</p>", "ru", "Заголовок \"<\"", true},
		/* A variant without a title has that of the first. */
		{true, "kaa", "Sarlavha", "<p>Bir kaa</p>", "kaa", "Sarlavha", true},
	};
	(void)state;

	for (size_t i = 0; i < LENGTH(ROWS); i++) {
		struct site_page p = page_in(ROWS[i].lang, "");
		struct post post = ROWS[i].article ? article() : note();
		AUTO(json_unref) json_t *item = view_item(&p, &post);
		const char *title = json_str(item, "item_title");

		assert_true(str_eq(title, ROWS[i].title));
		assert_int_equal(json_is_true(json_object_get(item, "has_title")), title != NULL);
		assert_string_equal(json_str(item, "text_html"), ROWS[i].text);
		assert_string_equal(json_str(item, "text_lang"), ROWS[i].text_lang);
		assert_string_equal(json_str(item, "label"), ROWS[i].label);
		assert_int_equal(json_is_true(json_object_get(item, "more")), ROWS[i].more);
		assert_int_equal(json_is_true(json_object_get(item, "revised")), ROWS[i].article);
	}
}

/* A long statement without title is not shown whole in a list. */
static void long_note(void **state)
{
	struct site_page p = page_in("uz", "");
	struct post post = note();
	char *html = arena_alloc(a, 20000);
	struct variant v[] = {{"uz", "", "", html, 1, false}, {0}};
	AUTO(json_unref) json_t *item = NULL;
	(void)state;

	strcpy(html, "<p>");
	for (int i = 0; i < 1000; i++)
		strcat(html, "uzun matn ");
	strcat(html, "</p>");
	post.variants = v;
	item = view_item(&p, &post);
	assert_true(json_is_true(json_object_get(item, "more")));
	assert_true(strlen(json_str(item, "text_html")) < 2500);
	assert_true(str_ends(json_str(item, "text_html"), "…</p>"));
}

static void listings(void **state)
{
	struct site_page p = page_in("ru", "/ru");
	struct listed items_of[] = {{.post = note()}, {.post = article()}};
	struct listing l = {.items = items_of, .count = 2};
	json_t *data = json_object();
	(void)state;

	view_put_listing(&p, data, &l, "/@mehnat");
	assert_int_equal(json_array_size(json_object_get(data, "items")), 2);
	assert_false(json_is_true(json_object_get(data, "paged")));
	assert_null(json_object_get(data, "older"));
	l.has_older = l.has_newer = true;
	l.older = (struct cursor){5, 6};
	view_put_listing(&p, data, &l, "/@mehnat");
	assert_true(json_is_true(json_object_get(data, "paged")));
	assert_string_equal(json_str(data, "older"), "/ru/@mehnat?before=5-6");
	assert_string_equal(json_str(data, "newer"), "/ru/@mehnat");
	json_decref(data);
}

/* Templates. */
static struct template_set *load_templates(void)
{
	struct template_set *set = template_set_new();
	DIR *folder = opendir("templates");
	struct dirent *e;

	assert_non_null(set);
	assert_non_null(folder); /* to be run in the repository's folder */
	while ((e = readdir(folder))) {
		bool xml = str_ends(e->d_name, ".xml");
		char *path = arena_printf(a, "templates/%s", e->d_name), text[65536];
		struct err err = {0};
		size_t len;
		FILE *f;

		if (!xml && !str_ends(e->d_name, ".html"))
			continue;
		f = fopen(path, "r");
		len = fread(text, 1, sizeof(text), f);
		fclose(f);
		if (template_set_add(set, xml ? TEMPLATE_XML : TEMPLATE_HTML, e->d_name, text, len,
			    &err) < 0)
			fail_msg("%s: %s", e->d_name, err.text);
	}
	closedir(folder);
	return set;
}

static int count(const char *text, const char *what)
{
	int n = 0;

	for (const char *p = text; (p = strstr(p, what)); p++)
		n++;
	return n;
}

static const char *render(struct template_set *set, const char *name, json_t *data)
{
	AUTO(buf_done) struct buf out = BUF(MIB);
	struct err err = {0};

	if (template_render(set, name, data, &out, &err) < 0)
		fail_msg("%s: %s", name, err.text);
	json_decref(data);
	return arena_strdup(a, buf_text(&out));
}

static void must_hold(const char *html, const char *const *parts)
{
	for (; *parts; parts++)
		if (**parts == '!' ? strstr(html, *parts + 1) != NULL : !strstr(html, *parts))
			fail_msg("%s\n%s", *parts, html);
}

/* What holds of every page. */
static void check_page(const char *html, const char *lang)
{
	const char *parts[] = {"<!doctype html>", arena_printf(a, "<html lang=\"%s\">", lang),
		"<main id=\"main\"", "href=\"#main\"", "name=\"viewport\"", "!<script", "!style=\"",
		"!http-equiv", NULL};

	must_hold(html, parts);
	assert_int_equal(count(html, "<h1"), 1);
	assert_int_equal(count(html, "<main"), 1);
	assert_int_equal(count(html, "<title>"), 1);
	assert_int_equal(count(html, "{{"), 0);
}

static void statement_page(void **state)
{
	struct template_set *set = load_templates();
	struct site_page p = page_in("ru", "/ru");
	struct post post = article();
	json_t *data = site_page_data(&p, "Заголовок", "/post/12");
	const char *html;
	(void)state;

	view_put_institution(&p, data, &MEHNAT);
	view_put_statement(&p, data, &MEHNAT, &post, TAGS);
	json_object_set_new(data, "noindex", json_true());
	html = render(set, "post.html", data);
	check_page(html, "ru");
	must_hold(html, (const char *[]){"<h1 lang=\"ru\">Заголовок &quot;&lt;&quot;</h1>",
				"<p>Раз</p><p>Два</p>", "Министерство &lt;труда&gt;",
				"href=\"/ru/@mehnat\"", ">МТ</text>", "@mehnat@gov.example",
				"<meta name=\"robots\" content=\"noindex\">",
				"href=\"https://h.example/ru/post/12\"",
				"hreflang=\"x-default\" href=\"https://h.example/post/12\"",
				"hreflang=\"uz-Cyrl\" href=\"https://h.example/uz-Cyrl/post/12\"",
				"href=\"/kaa/post/12\" lang=\"kaa\" hreflang=\"kaa\">Qaraqalpaqsha",
				"href=\"/uz/post/12\" lang=\"uz\" hreflang=\"uz\">Oʻzbekcha",
				"href=\"/ru/@mehnat/tag/bandlik\"", "#Bandlik",
				"Исправлено:", "!Сообщение,", NULL});
	template_set_free(set);
}

static void note_page(void **state)
{
	struct template_set *set = load_templates();
	struct site_page p = page_in("uz", "");
	struct post post = note();
	json_t *data = site_page_data(&p, "Salom", "/post/11");
	const char *html;
	(void)state;

	view_put_institution(&p, data, &MEHNAT);
	view_put_statement(&p, data, &MEHNAT, &post, TAGS + 2);
	html = render(set, "post.html", data);
	check_page(html, "uz");
	must_hold(html, (const char *[]){"<h1 class=\"hidden\">Xabar, 2026-yil", "<p>Salom</p>",
				"!robots", "!Tuzatilgan:", "!Boshqa tillarda:", "!Mavzular:",
				"href=\"/@mehnat\"", "datetime=\"2026-11-2", NULL});
	template_set_free(set);
}

static void list_pages(void **state)
{
	static const char *const PAGES[] = {"institution.html", "tag.html"};
	struct template_set *set = load_templates();
	struct listed items_of[] = {{.post = note()}, {.post = article()}};
	struct listing l = {.items = items_of, .count = 2, .has_newer = true};
	(void)state;

	for (size_t i = 0; i < LENGTH(PAGES); i++) {
		struct site_page p = page_in("uz-Cyrl", "");
		json_t *data = site_page_data(&p, "Nomi", "/@mehnat");
		const char *html;

		view_put_institution(&p, data, &MEHNAT);
		view_put_listing(&p, data, &l, "/@mehnat");
		html = render(set, PAGES[i], data);
		check_page(html, "uz-Cyrl");
		assert_int_equal(count(html, "<article"), 2);
		must_hold(html, (const char *[]){"<link rel=\"prev\" href=\"/@mehnat\">",
					"!rel=\"next\"", "href=\"/post/12\">Сарлавҳа</a>",
					"Давомини ўқиш", "Mehnat vazirligi", NULL});
	}
	template_set_free(set);
}

/* Pages with nothing but the frame's data: no template needs what is not there. */
static void bare_pages(void **state)
{
	static const char *const PAGES[] = {"directory.html", "institution.html", "tag.html",
		"post.html", "withdrawn.html", "error.html"};
	struct template_set *set = load_templates();
	(void)state;

	for (size_t i = 0; i < LENGTH(PAGES); i++)
		for (int k = 0; k < SITE_LANGUAGES; k++) {
			struct site_page p = page_in(site_tags[k], "");

			check_page(
				render(set, PAGES[i], site_page_data(&p, "X", NULL)), site_tags[k]);
		}
	template_set_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(addresses, setup, teardown),
		cmocka_unit_test_setup_teardown(items, setup, teardown),
		cmocka_unit_test_setup_teardown(long_note, setup, teardown),
		cmocka_unit_test_setup_teardown(listings, setup, teardown),
		cmocka_unit_test_setup_teardown(statement_page, setup, teardown),
		cmocka_unit_test_setup_teardown(note_page, setup, teardown),
		cmocka_unit_test_setup_teardown(list_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(bare_pages, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
