/* The handler of every inbox. */
#ifndef CHORSU_FEDIVERSE_INBOX_H
#define CHORSU_FEDIVERSE_INBOX_H

#include "kit/http/http.h"

int inbox_post(struct request *rq);

#endif
