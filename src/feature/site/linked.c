#include "feature/site/linked.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "core/media.h"
#include "feature/site/view.h"

#define LINKED_MAX (256 * KIB)

/* JSON that no HTML can be read out of. */
static void put_linked(const struct site_page *p, json_t *data, json_t *document)
{
	AUTO(buf_done) struct buf out = BUF(LINKED_MAX);
	AUTO(auto_free) char *text = json_text(document);

	json_decref(document);
	buf_adds(&out, "<script type=\"application/ld+json\">");
	for (const char *c = text; c && *c; c++) {
		if (*c == '<' || *c == '>' || *c == '&')
			buf_addf(&out, "\\u%04x", *c);
		else
			buf_addc(&out, *c);
	}
	buf_adds(&out, "</script>");
	if (text && !out.failed)
		site_put(data, "linked_html", arena_strdup(p->arena, buf_text(&out)));
}

static const char *picture(const struct site_page *p, const struct media *m)
{
	const struct rendition *f = m ? media_rendition(m, "image/jpeg", 0) : NULL;

	return f ? media_url(p->arena, p->server, m, f) : NULL;
}

static json_t *organization(const struct site_page *p, const struct institution *i)
{
	const struct institution_text *t = institution_text(i, p->lang);
	json_t *o = json_object();

	site_put(o, "@type", "GovernmentOrganization");
	site_put(o, "@id", institution_actor(p->arena, p->server, i->id));
	site_put(o, "name", t->name);
	site_put(o, "url", institution_page(p->arena, p->server, i->handle));
	if (t->bio && *t->bio)
		site_put(o, "description", t->bio);
	if (i->phone && *i->phone)
		site_put(o, "telephone", i->phone);
	if (i->email && *i->email)
		site_put(o, "email", i->email);
	if (t->address && *t->address)
		site_put(o, "address", t->address);
	if (i->website && *i->website)
		site_put(o, "sameAs", i->website);
	site_put(o, "logo", picture(p, i->avatar));
	return o;
}

void linked_put_institution(const struct site_page *p, json_t *data, const struct institution *i)
{
	json_t *o = organization(p, i);

	site_put(o, "@context", "https://schema.org");
	site_put(data, "og_type", "profile");
	site_put(data, "og_image", picture(p, i->header ? i->header : i->avatar));
	put_linked(p, data, o);
}

static void put_time(json_t *object, const char *name, int64_t at)
{
	char text[32];

	clock_rfc3339(at, text);
	site_put(object, name, text);
}

void linked_put_statement(const struct site_page *p, json_t *data, const struct institution *i,
	const struct post *post)
{
	const char *url = post_url(p->arena, p->server, post->id);
	const char *image = picture(p, post->media ? post->media[0] : NULL);
	json_t *a = json_object();

	site_put(a, "@context", "https://schema.org");
	site_put(a, "@type", "NewsArticle");
	site_put(a, "@id", url);
	site_put(a, "url", url);
	site_put(a, "mainEntityOfPage", url);
	site_put(a, "headline", view_label(p, post, 110));
	site_put(a, "inLanguage", post_variant(post, p->lang)->lang);
	put_time(a, "datePublished", post->published_at);
	put_time(a, "dateModified", post->updated_at);
	json_object_set_new(a, "author", organization(p, i));
	json_object_set_new(a, "publisher", organization(p, i));
	site_put(a, "image", image);
	site_put(data, "og_type", "article");
	site_put(data, "og_image", image ? image : picture(p, i->avatar));
	site_put(data, "oembed",
		arena_printf(p->arena, "%s/oembed?url=%s", p->server->origin,
			str_url_encode(p->arena, url, "")));
	put_linked(p, data, a);
}
