/* Registration of sockets with epoll. libcurl changes its mind several times a transfer; what it
 * wants is noted, and epoll is told once, just before the loop waits. A connection that falls idle
 * stays registered until epoll reports it: most often it is used again or closed first, and neither
 * costs a call then. */
#include "kit/fetch/loop.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

int watches_init(struct watches *w)
{
	*w = (struct watches){.epoll = epoll_create1(EPOLL_CLOEXEC)};
	return w->epoll < 0 ? ERR_IO : 0;
}

void watches_done(struct watches *w)
{
	auto_close(&w->epoll);
	free(w->of);
	free(w->dirty);
}

static bool grow(struct watches *w, int fd)
{
	int size = w->size ? w->size : 256;
	struct watch *of;
	int *dirty;

	while (size <= fd)
		size *= 2;
	of = realloc(w->of, (size_t)size * sizeof(*of));
	if (!of)
		return false;
	w->of = of;
	dirty = realloc(w->dirty, (size_t)size * sizeof(*dirty));
	if (!dirty)
		return false;
	w->dirty = dirty;
	memset(of + w->size, 0, (size_t)(size - w->size) * sizeof(*of));
	w->size = size;
	return true;
}

bool watch_open(struct watches *w, int fd, void *slot)
{
	bool dirty;

	if (fd >= w->size && !grow(w, fd))
		return false;
	dirty = w->of[fd].dirty; /* it is in the list already */
	w->of[fd] = (struct watch){.slot = slot, .dirty = dirty};
	return true;
}

void watch_close(struct watches *w, int fd)
{
	struct watch *of;

	if (fd >= w->size)
		return;
	of = &w->of[fd];
	if (of->kept)
		w->kept--;
	*of = (struct watch){.dirty = of->dirty};
}

/* A descriptor that libcurl made for itself (it hears of resolved names through such) is closed
 * without a word: it must leave epoll at once. */
static void want_foreign(struct watches *w, int fd, void *shard, unsigned char events)
{
	if (!events && fd < w->size) {
		epoll_ctl(w->epoll, EPOLL_CTL_DEL, fd, NULL);
		watch_close(w, fd);
	} else if (events && watch_open(w, fd, w)) {
		w->of[fd].foreign = true;
		watch_want(w, fd, shard, events);
	}
}

void watch_want(struct watches *w, int fd, void *shard, unsigned char events)
{
	struct watch *of;

	if (fd >= w->size || !w->of[fd].slot || (w->of[fd].foreign && !events)) {
		want_foreign(w, fd, shard, events);
		return;
	}
	of = &w->of[fd];
	of->shard = shard;
	of->wanted = events;
	if (events && events != of->set && !of->dirty) {
		of->dirty = true;
		w->dirty[w->dirty_count++] = fd;
	}
}

void watches_flush(struct watches *w)
{
	for (int i = 0; i < w->dirty_count; i++) {
		int fd = w->dirty[i];
		struct watch *of = &w->of[fd];
		struct epoll_event e = {.events = of->wanted, .data.fd = fd};

		of->dirty = false;
		if (!of->slot || of->wanted == of->set || of->wanted == 0)
			continue;
		if (epoll_ctl(w->epoll, of->set ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &e) == 0)
			of->set = of->wanted;
	}
	w->dirty_count = 0;
}

void watch_forget(struct watches *w, int fd)
{
	struct watch *of = &w->of[fd];

	if (of->set && epoll_ctl(w->epoll, EPOLL_CTL_DEL, fd, NULL) == 0)
		of->set = 0;
}
