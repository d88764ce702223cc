/* From a finished reply to bytes: as the library's response, or printed here for answers that go
 * past the library. */
#include <string.h>

#include "kit/http/exchange.h"

static bool closes(const struct exchange *x)
{
	return x->server->draining || x->phase == REFUSED;
}

static bool add(struct MHD_Response *response, const struct field *f)
{
	return MHD_add_response_header(response, f->name, f->value) == MHD_YES;
}

struct MHD_Response *answer_make(struct exchange *x)
{
	const struct reply *reply = &x->reply;
	struct MHD_Response *response;

	if (x->spare)
		return x->response;
	response = MHD_create_response_from_buffer(
		reply->len, (void *)reply->body, MHD_RESPMEM_PERSISTENT);
	if (!response)
		return NULL;
	for (int i = 0; x->answer && i < x->answer->field_count; i++)
		if (!add(response, &x->answer->fields[i]))
			goto out;
	for (const struct reply_field *f = reply->fields; f; f = f->next)
		if (!add(response, &f->field))
			goto out;
	if (closes(x) && MHD_add_response_header(response, "Connection", "close") != MHD_YES)
		goto out;
	return response;
out:
	MHD_destroy_response(response);
	return NULL;
}

void answer_print(struct exchange *x, struct buf *out)
{
	const struct reply *reply = &x->reply;

	buf_addf(out, "HTTP/1.1 %d %s\r\n", reply->status,
		MHD_get_reason_phrase_for((unsigned)reply->status));
	for (const struct reply_field *f = reply->fields; f; f = f->next)
		buf_addf(out, "%s: %s\r\n", f->field.name, f->field.value);
	buf_addf(out, "Content-Length: %zu\r\nConnection: close\r\n\r\n", reply->len);
	if (!x->rq.head)
		buf_add(out, reply->body, reply->len);
}
