/* Any bytes as what a client of the map sends. Wherever they are cut, the
   requests and the end are the same; and what the requests ask. */
#include "doors/map.h"
#include "doors/question.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void
must(int holds)
{
	if (!holds)
		abort();
}

/* A question has an address, and no byte that the key does not have. */
static void
check_question(const struct map_request *request)
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
check_request(const struct map_request *request, const char *bytes, size_t used)
{
	const char *end = bytes + used - 1;

	must(*end == ',');
	must(request->name > bytes && request->name <= end);
	must(request->name_length + request->key_length <= MAP_REQUEST_MAX);
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
	struct map_request request;
	size_t ignored;

	for (size_t cut = used > 64 ? used - 64 : 0; cut < used; cut++) {
		memcpy(copy, bytes, cut);
		must(map_parse(copy, cut, &request, &ignored) == MAP_PARTIAL);
	}
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	const char *bytes = (const char *)input;
	struct map_request request;
	enum map_reading reading = MAP_WHOLE;
	size_t done = 0;

	while (done < size && reading == MAP_WHOLE) {
		size_t used = 0;

		reading = map_parse(bytes + done, size - done, &request, &used);
		must((reading == MAP_WHOLE) == (used > 0));
		must(used <= size - done);
		if (reading == MAP_WHOLE) {
			check_request(&request, bytes + done, used);
			check_question(&request);
			check_cut(bytes + done, used);
		}
		done += used;
	}
	if (reading == MAP_PARTIAL)
		must(size - done <= MAP_REQUEST_MAX + 6);
	return 0;
}
