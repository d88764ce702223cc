/* The texts of the interface. Labels stand before a value or alone, so that no sentence has to be
 * put together from pieces: word order and endings differ in every language. */
#include "feature/site/site_text.h"

#include <assert.h>
#include <string.h>

#include "base/auto.h"
#include "base/str.h"

const char *const site_tags[SITE_LANGUAGES] = {"uz", "uz-Cyrl", "ru", "en"};

struct text {
	const char *key;
	const char *in[SITE_LANGUAGES]; /* uz, uz-Cyrl, ru, en */
};

static const struct text TEXTS[] = {
	/* Every page. */
	{"site",
		{"Rasmiy sahifalar", "Расмий саҳифалар", "Официальные страницы", "Official pages"}},
	{"skip", {"Asosiy mazmunga oʻtish", "Асосий мазмунга ўтиш", "Перейти к содержанию",
			 "Skip to content"}},
	{"page_language", {"Sahifa tili", "Саҳифа тили", "Язык страницы", "Page language"}},
	{"all_institutions",
		{"Barcha tashkilotlar", "Барча ташкилотлар", "Все ведомства", "All institutions"}},

	/* The directory. */
	{"institutions",
		{"Davlat tashkilotlari", "Давлат ташкилотлари", "Ведомства", "Institutions"}},
	{"directory_says", {"Davlat tashkilotlari bu yerda rasmiy xabarlarini eʼlon qiladi.",
				   "Давлат ташкилотлари бу ерда расмий хабарларини эълон қилади.",
				   "Здесь ведомства публикуют свои официальные сообщения.",
				   "Public institutions publish their official statements here."}},
	{"no_institutions", {"Hozircha tashkilot yoʻq.", "Ҳозирча ташкилот йўқ.",
				    "Ведомств пока нет.", "There are no institutions yet."}},
	{"newest",
		{"Soʻnggi xabar:", "Сўнгги хабар:", "Последнее сообщение:", "Latest statement:"}},
	{"closed_pages",
		{"Yopilgan sahifalar", "Ёпилган саҳифалар", "Закрытые страницы", "Closed pages"}},
	{"more_institutions", {"Keyingi tashkilotlar", "Кейинги ташкилотлар", "Следующие ведомства",
				      "More institutions"}},

	/* An institution. */
	{"statements", {"Xabarlar", "Хабарлар", "Сообщения", "Statements"}},
	{"statement", {"Xabar", "Хабар", "Сообщение", "Statement"}},
	{"no_statements", {"Hozircha xabar yoʻq.", "Ҳозирча хабар йўқ.", "Сообщений пока нет.",
				  "There are no statements yet."}},
	{"closed", {"Bu sahifa yopilgan: yangi xabarlar chiqmaydi, avvalgilarini oʻqish mumkin.",
			   "Бу саҳифа ёпилган: янги хабарлар чиқмайди, аввалгиларини ўқиш мумкин.",
			   "Страница закрыта: новых сообщений не будет, прежние можно читать.",
			   "This page is closed: nothing new will be published, earlier statements "
			   "can be read."}},
	{"names", {"Boshqa tillardagi nomi", "Бошқа тиллардаги номи", "Название на других языках",
			  "Name in other languages"}},
	{"follow", {"Qanday kuzatish mumkin", "Қандай кузатиш мумкин", "Как подписаться",
			   "How to follow"}},
	{"follow_act", {"Kuzatish", "Кузатиш", "Подписаться", "Follow"}},
	{"about", {"Bu sahifa haqida", "Бу саҳифа ҳақида", "Об этой странице", "About this page"}},
	{"follow_app", {"Mastodon yoki fediversning boshqa ilovasida shu manzilni qidiring va "
			"unga obuna boʻling:",
			       "Mastodon ёки федиверснинг бошқа иловасида шу манзилни қидиринг ва "
			       "унга обуна бўлинг:",
			       "Найдите этот адрес в Mastodon или другом приложении федиверса и "
			       "подпишитесь:",
			       "Search for this address in Mastodon or any other app of the "
			       "fediverse and follow it:"}},
	{"follow_feed", {"Yoki tasmani xabar oʻqish dasturiga qoʻshing:",
				"Ёки тасмани хабар ўқиш дастурига қўшинг:",
				"Или добавьте ленту в программу для чтения новостей:",
				"Or add the feed to your feed reader:"}},
	{"feed", {"Atom tasmasi", "Atom тасмаси", "Лента Atom", "Atom feed"}},
	{"read_on", {"Davomini oʻqish", "Давомини ўқиш", "Читать дальше", "Read on"}},
	{"older", {"Avvalgi xabarlar", "Аввалги хабарлар", "Более ранние сообщения",
			  "Earlier statements"}},
	{"newer", {"Keyingi xabarlar", "Кейинги хабарлар", "Более поздние сообщения",
			  "Later statements"}},
	{"pages", {"Xabarlar sahifalari", "Хабарлар саҳифалари", "Страницы сообщений",
			  "Pages of statements"}},
	{"topic", {"Mavzu", "Мавзу", "Тема", "Topic"}},
	{"all_statements",
		{"Barcha xabarlar", "Барча хабарлар", "Все сообщения", "All statements"}},

	/* A statement. */
	{"published", {"Eʼlon qilingan:", "Эълон қилинган:", "Опубликовано:", "Published:"}},
	{"corrected", {"Tuzatilgan:", "Тузатилган:", "Исправлено:", "Corrected:"}},
	{"corrections", {"Tuzatishlar", "Тузатишлар", "Исправления", "Corrections"}},
	{"also_in", {"Boshqa tillarda:", "Бошқа тилларда:", "На других языках:",
			    "In other languages:"}},
	{"topics", {"Mavzular:", "Мавзулар:", "Темы:", "Topics:"}},
	{"table", {"Jadval", "Жадвал", "Таблица", "Table"}},
	{"withdrawn", {"Xabar qaytarib olingan", "Хабар қайтариб олинган", "Сообщение отозвано",
			      "This statement has been withdrawn"}},
	{"withdrawn_at", {"Qachon", "Қачон", "Когда", "When"}},
	{"withdrawn_by",
		{"Qaysi tashkilot", "Қайси ташкилот", "Каким ведомством", "By which institution"}},
	{"withdrawn_why", {"Sababi", "Сабаби", "Почему", "Why"}},

	/* Errors: what happened, and what to do. */
	{"e400", {"Soʻrovda xato bor", "Сўровда хато бор", "В запросе ошибка",
			 "There is a mistake in the request"}},
	{"e400_says", {"Manzilni tekshirib, qaytadan urinib koʻring.",
			      "Манзилни текшириб, қайтадан уриниб кўринг.",
			      "Проверьте адрес и попробуйте ещё раз.",
			      "Check the address and try again."}},
	{"e403", {"Bunga ruxsat yoʻq", "Бунга рухсат йўқ", "Это не разрешено",
			 "This is not allowed"}},
	{"e404", {"Sahifa topilmadi", "Саҳифа топилмади", "Страница не найдена", "Page not found"}},
	{"e404_says", {"Manzilda xato bor yoki sahifa boshqa joyga koʻchgan boʻlishi mumkin.",
			      "Манзилда хато бор ёки саҳифа бошқа жойга кўчган бўлиши мумкин.",
			      "Возможно, в адресе ошибка или страница переехала.",
			      "The address may be mistyped, or the page may have moved."}},
	{"e405", {"Bu manzilda bunday amal yoʻq", "Бу манзилда бундай амал йўқ",
			 "По этому адресу такое действие невозможно",
			 "This address does not take such a request"}},
	{"e410", {"Sahifa olib tashlangan", "Саҳифа олиб ташланган", "Страница удалена",
			 "This page has been removed"}},
	{"e410_says", {"Bu manzilda endi hech narsa yoʻq.", "Бу манзилда энди ҳеч нарса йўқ.",
			      "По этому адресу больше ничего нет.",
			      "There is nothing at this address any more."}},
	{"e429", {"Soʻrovlar juda koʻp", "Сўровлар жуда кўп", "Слишком много запросов",
			 "Too many requests"}},
	{"e500", {"Serverda xatolik yuz berdi", "Серверда хатолик юз берди", "Ошибка на сервере",
			 "Something went wrong on the server"}},
	{"e503", {"Server hozir band", "Сервер ҳозир банд", "Сервер сейчас занят",
			 "The server is busy"}},
	{"wait", {"Birozdan keyin qaytadan urinib koʻring.",
			 "Бироздан кейин қайтадан уриниб кўринг.",
			 "Попробуйте ещё раз немного позже.", "Try again a little later."}},
	{"detail", {"Texnik tafsilot:", "Техник тафсилот:", "Техническая подробность:",
			   "Technical detail:"}},
	{"request_number",
		{"Soʻrov raqami:", "Сўров рақами:", "Номер запроса:", "Request number:"}},
};

enum site_language site_language_for(const char *lang)
{
	enum site_language found = SITE_UZ;

	for (int i = 0; i < SITE_LANGUAGES; i++) {
		size_t n = strlen(site_tags[i]);

		/* The longer tag comes later: "uz-Cyrl-UZ" is "uz-Cyrl", not "uz". */
		if (!strncmp(site_tags[i], lang, n) && (!lang[n] || lang[n] == '-'))
			found = (enum site_language)i;
	}
	return found;
}

const char *site_text(enum site_language language, const char *key)
{
	for (size_t i = 0; i < LENGTH(TEXTS); i++)
		if (str_eq(TEXTS[i].key, key))
			return TEXTS[i].in[language];
	assert(!"a text of the interface that is not in the table");
	return "";
}

json_t *site_texts(enum site_language language)
{
	json_t *all = json_object();

	for (size_t i = 0; i < LENGTH(TEXTS); i++)
		json_object_set_new(all, TEXTS[i].key, json_string(TEXTS[i].in[language]));
	return all;
}

const char *site_language_name(const char *lang)
{
	static const char *const NAMES[][2] = {
		{"uz", "Oʻzbekcha"},
		{"uz-Cyrl", "Ўзбекча"},
		{"ru", "Русский"},
		{"en", "English"},
		{"kaa", "Qaraqalpaqsha"},
		{"kaa-Cyrl", "Қарақалпақша"},
		{"kk", "Қазақша"},
		{"ky", "Кыргызча"},
		{"tg", "Тоҷикӣ"},
		{"tk", "Türkmençe"},
		{"tr", "Türkçe"},
	};

	for (size_t i = 0; i < LENGTH(NAMES); i++)
		if (str_eq(NAMES[i][0], lang))
			return NAMES[i][1];
	return lang;
}
