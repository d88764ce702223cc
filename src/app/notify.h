/* Telling systemd how the server is (sd_notify(3)), where the unit has Type=notify. */
#ifndef CHORSU_APP_NOTIFY_H
#define CHORSU_APP_NOTIFY_H

/* "READY=1", "STATUS=one line": to the socket that the environment names; nothing without one, and
 * no error, for nobody could do anything about it. */
void notify_service(const char *state);

#endif
