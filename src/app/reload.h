/* SIGHUP: settings, the operator's templates and assets are read again, the log is opened again. */
#ifndef CHORSU_APP_RELOAD_H
#define CHORSU_APP_RELOAD_H

#include "core/server.h"

/* On the thread that waits for signals. What changed counts at once where it can; one line of log
 * names what did and what waits for a restart. When something in the file is wrong, the settings
 * stay as they were, and the line says why; so it is with templates and assets. */
void server_reload(struct server *s, struct http_server *http);

#endif
