/* The tables of the shared nouns, in the common dialect (kit/db). Forward only: a step that has
 * shipped never changes. */
#include "core/core.h"

static const char SPINE[] =
	/* What the store knows of itself: name → value. */
	"CREATE TABLE server (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;"

	/* head: number of the last outbox entry. version: rises with all that shows on its pages.
	 * unsure: entries up to here may have been sent by a process that died before it could say
	 * so. */
	"CREATE TABLE institution ("
	" id INTEGER PRIMARY KEY,"
	" handle TEXT NOT NULL UNIQUE,"
	" parent INTEGER REFERENCES institution (id),"
	" languages TEXT NOT NULL,"
	" state TEXT NOT NULL CHECK (state IN ('open', 'closed')),"
	" head INTEGER NOT NULL,"
	" version INTEGER NOT NULL,"
	" unsure INTEGER NOT NULL,"
	" created_at INTEGER NOT NULL,"
	" updated_at INTEGER NOT NULL,"
	" closed_at INTEGER,"
	" rsa_public TEXT NOT NULL,"
	" rsa_private BLOB NOT NULL,"
	" ed25519_public TEXT NOT NULL,"
	" ed25519_private BLOB NOT NULL"
	") STRICT;"
	"CREATE TABLE institution_text ("
	" institution INTEGER NOT NULL REFERENCES institution (id),"
	" lang TEXT NOT NULL,"
	" name TEXT NOT NULL,"
	" bio TEXT NOT NULL,"
	" PRIMARY KEY (institution, lang)"
	") STRICT;"
	/* Every handle that an institution ever had; old ones redirect for ever. */
	"CREATE TABLE handle ("
	" handle TEXT PRIMARY KEY,"
	" institution INTEGER NOT NULL REFERENCES institution (id)"
	") STRICT;"

	/* revision: number of the newest. created: outbox number of its Create. */
	"CREATE TABLE post ("
	" id INTEGER PRIMARY KEY,"
	" institution INTEGER NOT NULL REFERENCES institution (id),"
	" kind TEXT NOT NULL CHECK (kind IN ('note', 'article')),"
	" visibility TEXT NOT NULL CHECK (visibility IN ('public', 'unlisted')),"
	" state TEXT NOT NULL CHECK (state IN ('published', 'withdrawn')),"
	" lang TEXT NOT NULL,"
	" revision INTEGER NOT NULL,"
	" created INTEGER NOT NULL,"
	" published_at INTEGER NOT NULL,"
	" updated_at INTEGER NOT NULL,"
	" withdrawn_at INTEGER,"
	" reason TEXT"
	") STRICT;"
	"CREATE INDEX post_listed ON post (institution, published_at, id)"
	" WHERE state = 'published' AND visibility = 'public';"
	"CREATE INDEX post_latest ON post (published_at, id)"
	" WHERE state = 'published' AND visibility = 'public';"
	"CREATE TABLE revision ("
	" post INTEGER NOT NULL REFERENCES post (id),"
	" number INTEGER NOT NULL,"
	" note TEXT NOT NULL,"
	" at INTEGER NOT NULL,"
	" PRIMARY KEY (post, number)"
	") STRICT;"
	/* A variant of a revision: only those that the revision changed; the newest of each
	   language stands. */
	"CREATE TABLE variant ("
	" post INTEGER NOT NULL REFERENCES post (id),"
	" revision INTEGER NOT NULL,"
	" lang TEXT NOT NULL,"
	" title TEXT NOT NULL,"
	" \"text\" TEXT NOT NULL,"
	" html TEXT NOT NULL,"
	" PRIMARY KEY (post, lang, revision)"
	") STRICT;"
	"CREATE TABLE post_tag ("
	" post INTEGER NOT NULL REFERENCES post (id),"
	" folded TEXT NOT NULL,"
	" name TEXT NOT NULL,"
	" institution INTEGER NOT NULL,"
	" PRIMARY KEY (post, folded)"
	") STRICT;"
	"CREATE INDEX post_tag_folded ON post_tag (institution, folded, post);"

	/* The spine. id: the activity's, stable and never reused; seq: gapless per institution, in
	 * commit order. quiet: stands here and is not sent. */
	"CREATE TABLE outbox ("
	" institution INTEGER NOT NULL REFERENCES institution (id),"
	" seq INTEGER NOT NULL,"
	" id INTEGER NOT NULL UNIQUE,"
	" audience TEXT NOT NULL CHECK (audience IN ('public', 'unlisted', 'followers')),"
	" kind TEXT NOT NULL,"
	" post INTEGER,"
	" quiet INTEGER NOT NULL,"
	" body TEXT,"
	" at INTEGER NOT NULL,"
	" PRIMARY KEY (institution, seq)"
	") STRICT;"
	"CREATE INDEX outbox_post ON outbox (post) WHERE post IS NOT NULL;"

	/* state: live, parked until next_at, or retired. attempts: failures in a row. window:
	   transfers at a time. */
	"CREATE TABLE host ("
	" name TEXT PRIMARY KEY,"
	" state TEXT NOT NULL CHECK (state IN ('live', 'parked', 'retired')),"
	" attempts INTEGER NOT NULL,"
	" next_at INTEGER NOT NULL,"
	" failing_since INTEGER,"
	" last_ok_at INTEGER NOT NULL,"
	" why TEXT NOT NULL,"
	" window_size INTEGER NOT NULL,"
	" signature TEXT NOT NULL,"
	" software TEXT NOT NULL,"
	" policy TEXT NOT NULL"
	") STRICT;"
	"CREATE INDEX host_parked ON host (next_at) WHERE state = 'parked';"

	/* parked: its host is. has_parcels: some wait. unsure: an attempt at entries up to here
	 * ended in doubt. tries and trying_since: failed attempts at the next entry. gone,
	 * gone_since: 410 answers in a row. */
	"CREATE TABLE reader ("
	" id INTEGER PRIMARY KEY,"
	" institution INTEGER NOT NULL REFERENCES institution (id),"
	" kind TEXT NOT NULL,"
	" target TEXT NOT NULL,"
	" host TEXT NOT NULL,"
	" local INTEGER NOT NULL,"
	" position INTEGER NOT NULL,"
	" since INTEGER NOT NULL,"
	" until INTEGER NOT NULL,"
	" subscribed INTEGER NOT NULL,"
	" parked INTEGER NOT NULL,"
	" has_parcels INTEGER NOT NULL,"
	" unsure INTEGER NOT NULL,"
	" trying INTEGER NOT NULL DEFAULT 0,"
	" tries INTEGER NOT NULL,"
	" trying_since INTEGER NOT NULL,"
	" gone INTEGER NOT NULL,"
	" gone_since INTEGER NOT NULL,"
	" UNIQUE (institution, kind, target)"
	") STRICT;"
	"CREATE INDEX reader_due ON reader (institution, position, id) WHERE subscribed = 1 AND parked = 0;"
	"CREATE INDEX reader_local ON reader (institution) WHERE local = 1;"
	"CREATE INDEX reader_parcels ON reader (id) WHERE has_parcels = 1 AND parked = 0;"
	"CREATE INDEX reader_host ON reader (host, id) WHERE local = 0;"
	"CREATE INDEX reader_left ON reader (institution, id) WHERE subscribed = 0;"
	"CREATE TABLE parcel ("
	" id INTEGER PRIMARY KEY,"
	" reader INTEGER NOT NULL REFERENCES reader (id),"
	" kind TEXT NOT NULL CHECK (kind IN ('activity', 'entry')),"
	" subject INTEGER NOT NULL,"
	" body TEXT,"
	" at INTEGER NOT NULL"
	") STRICT;"
	"CREATE INDEX parcel_reader ON parcel (reader, id);"
	"CREATE INDEX parcel_entry ON parcel (reader, subject) WHERE kind = 'entry';"
	/* What a reader would not take, and was passed over. */
	"CREATE TABLE refusal ("
	" reader INTEGER NOT NULL REFERENCES reader (id),"
	" what TEXT NOT NULL,"
	" number INTEGER NOT NULL,"
	" status INTEGER NOT NULL,"
	" why TEXT NOT NULL,"
	" at INTEGER NOT NULL,"
	" PRIMARY KEY (reader, what, number)"
	") STRICT;"

	"CREATE TABLE remote_actor ("
	" id INTEGER PRIMARY KEY,"
	" uri TEXT NOT NULL UNIQUE,"
	" host TEXT NOT NULL,"
	" name TEXT NOT NULL,"
	" inbox TEXT NOT NULL,"
	" shared_inbox TEXT NOT NULL,"
	" key_id TEXT NOT NULL UNIQUE,"
	" key_pem TEXT NOT NULL,"
	" fetched_at INTEGER NOT NULL,"
	" gone_at INTEGER"
	") STRICT;"
	"CREATE TABLE follow ("
	" institution INTEGER NOT NULL REFERENCES institution (id),"
	" actor INTEGER NOT NULL REFERENCES remote_actor (id),"
	" reader INTEGER NOT NULL REFERENCES reader (id),"
	" activity TEXT NOT NULL,"
	" at INTEGER NOT NULL,"
	" PRIMARY KEY (institution, actor)"
	") STRICT;"
	"CREATE INDEX follow_reader ON follow (reader);"
	"CREATE INDEX follow_actor ON follow (actor);"
	/* Undos that came before what they undo, by the hash of its id, for a while. */
	"CREATE TABLE received ("
	" id BLOB PRIMARY KEY,"
	" kind TEXT NOT NULL,"
	" at INTEGER NOT NULL"
	") STRICT;"
	"CREATE INDEX received_at ON received (at);"

	/* Every act of staff; rows are only added. */
	"CREATE TABLE audit ("
	" id INTEGER PRIMARY KEY,"
	" at INTEGER NOT NULL,"
	" who TEXT NOT NULL,"
	" act TEXT NOT NULL,"
	" institution INTEGER,"
	" subject INTEGER,"
	" detail TEXT NOT NULL"
	") STRICT;";

/* The readers of this process are walked by id, all institutions together. */
static const char LOCAL_READERS[] = "DROP INDEX reader_local;"
				    "CREATE INDEX reader_local ON reader (id) WHERE local = 1;";

/* The sum of all versions, without reading the rows. */
static const char VERSIONS[] = "CREATE INDEX institution_version ON institution (version);";

/* website_state: whether the official site links back: '' before it was looked at, verified,
 * unlinked, failed. avatar, header: media. post.pictures: the revision whose list of pictures
 * stands. */
static const char PROFILE[] =
	"ALTER TABLE institution_text ADD COLUMN services TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE institution_text ADD COLUMN hours TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE institution_text ADD COLUMN address TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE institution ADD COLUMN phone TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE institution ADD COLUMN email TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE institution ADD COLUMN website TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE institution ADD COLUMN website_state TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE institution ADD COLUMN website_at INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE institution ADD COLUMN avatar INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE institution ADD COLUMN header INTEGER NOT NULL DEFAULT 0;"
	"CREATE INDEX institution_website ON institution (website_at) WHERE website <> '' AND state = 'open';"

	/* type, width and height are those of what was given; the files lie in media/. */
	"CREATE TABLE media ("
	" id INTEGER PRIMARY KEY,"
	" institution INTEGER NOT NULL REFERENCES institution (id),"
	" type TEXT NOT NULL,"
	" width INTEGER NOT NULL,"
	" height INTEGER NOT NULL,"
	" blurhash TEXT NOT NULL,"
	" at INTEGER NOT NULL"
	") STRICT;"
	"CREATE TABLE media_file ("
	" media INTEGER NOT NULL REFERENCES media (id),"
	" type TEXT NOT NULL,"
	" width INTEGER NOT NULL,"
	" height INTEGER NOT NULL,"
	" size INTEGER NOT NULL,"
	" PRIMARY KEY (media, type, width)"
	") STRICT;"
	"CREATE TABLE media_text ("
	" media INTEGER NOT NULL REFERENCES media (id),"
	" lang TEXT NOT NULL,"
	" description TEXT NOT NULL,"
	" PRIMARY KEY (media, lang)"
	") STRICT;"
	"ALTER TABLE variant ADD COLUMN form TEXT NOT NULL DEFAULT 'markdown';"
	"ALTER TABLE post ADD COLUMN pictures INTEGER NOT NULL DEFAULT 0;"
	"CREATE TABLE post_media ("
	" post INTEGER NOT NULL REFERENCES post (id),"
	" revision INTEGER NOT NULL,"
	" place INTEGER NOT NULL,"
	" media INTEGER NOT NULL REFERENCES media (id),"
	" PRIMARY KEY (post, revision, place)"
	") STRICT;"
	"CREATE INDEX post_media_media ON post_media (media);"
	"CREATE TABLE pin ("
	" institution INTEGER NOT NULL REFERENCES institution (id),"
	" post INTEGER NOT NULL REFERENCES post (id),"
	" at INTEGER NOT NULL,"
	" PRIMARY KEY (institution, post)"
	") STRICT;";

/* Which posts hold a word: core/search.h. */
static const char SEARCH[] =
	"CREATE TABLE search_post (post INTEGER PRIMARY KEY, block INTEGER NOT NULL, place INTEGER NOT NULL) STRICT;"
	"CREATE TABLE search_block (block INTEGER PRIMARY KEY, posts BLOB NOT NULL) STRICT;"
	"CREATE TABLE search_word ("
	" word TEXT NOT NULL,"
	" block INTEGER NOT NULL,"
	" places BLOB NOT NULL,"
	" PRIMARY KEY (word, block)"
	") STRICT;";

static const struct migration STEPS[] = {
	{1, "spine", SPINE},
	{2, "local readers by id", LOCAL_READERS},
	{3, "versions", VERSIONS},
	{4, "profiles, media, pins", PROFILE},
	{5, "search", SEARCH},
	{0},
};

const struct migrations core_migrations = {"core", STEPS};
