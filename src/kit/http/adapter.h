/* The callbacks of libmicrohttpd. */
#ifndef CHORSU_KIT_HTTP_ADAPTER_H
#define CHORSU_KIT_HTTP_ADAPTER_H

#include "kit/http/exchange.h"

/* cls of each is the struct http_server. */
enum MHD_Result adapter_accept(void *cls, const struct sockaddr *addr, socklen_t len);
void adapter_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
	enum MHD_ConnectionNotificationCode what);
void *adapter_target(void *cls, const char *target, struct MHD_Connection *connection);
enum MHD_Result adapter_request(void *cls, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *data, size_t *data_len,
	void **request_context);
void adapter_completed(void *cls, struct MHD_Connection *connection, void **request_context,
	enum MHD_RequestTerminationCode how);

/* Targets are decoded here, not in the library's buffer. */
size_t adapter_unescape(void *cls, struct MHD_Connection *connection, char *s);

#endif
