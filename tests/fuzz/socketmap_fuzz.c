/* Any bytes as what a client of the map sends. Wherever they are cut, the
   requests and the end are the same; and what the requests ask. */
#include "doors/socketmap.h"
#include "doors/question.h"
#include "fuzz.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A question has an address, and no byte that the key does not have. */
static void
check_question(const struct socketmap_request *request)
{
	static struct question question;

	if (question_read(request->name, request->name_length, request->key,
		request->key_length, &question) != 0)
		return;
	must(question.sender || question.recipient);
	must(question_subject(&question) != NULL);
	must(
	    !question.sender || strlen(question.sender) <= request->key_length);
	must(!question.recipient ||
	     strlen(question.recipient) <= request->key_length + 1);
	must(question.door != DOOR_DELIVERY ||
	     (question.sender && question.recipient[0]));
}

static void
check_request(
    const struct socketmap_request *request, const char *bytes, size_t used)
{
	const char *end = bytes + used - 1;

	must(*end == ',');
	must(request->name > bytes && request->name <= end);
	must(request->name_length + request->key_length <=
	     SOCKETMAP_REQUEST_MAX);
	must(request->key + request->key_length == end);
	must(!memchr(request->name, ' ', request->name_length));
	must(request->key == request->name + request->name_length ||
	     request->key[-1] == ' ');
}

/* A request that is whole is not before its last byte. */
static void
check_cut(const char *bytes, size_t used)
{
	char *copy = malloc(used);
	struct socketmap_request request;
	size_t ignored;

	for (size_t cut = used > 64 ? used - 64 : 0; cut < used; cut++) {
		memcpy(copy, bytes, cut);
		must(socketmap_read(copy, cut, &request, &ignored) ==
		     SOCKETMAP_PARTIAL);
	}
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	const char *bytes = (const char *)input;
	struct socketmap_request request;
	enum socketmap_reading reading = SOCKETMAP_WHOLE;
	size_t done = 0;

	while (done < size && reading == SOCKETMAP_WHOLE) {
		size_t used = 0;

		reading =
		    socketmap_read(bytes + done, size - done, &request, &used);
		must((reading == SOCKETMAP_WHOLE) == (used > 0));
		must(used <= size - done);
		if (reading == SOCKETMAP_WHOLE) {
			check_request(&request, bytes + done, used);
			check_question(&request);
			check_cut(bytes + done, used);
		}
		done += used;
	}
	if (reading == SOCKETMAP_PARTIAL)
		must(size - done <= SOCKETMAP_REQUEST_MAX + 6);
	return 0;
}
