/* Any bytes as what a client of the map sends. Wherever they are cut, the
   requests and the end are the same. */
#include "doors/map.h"

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
			check_cut(bytes + done, used);
		}
		done += used;
	}
	if (reading == MAP_PARTIAL)
		must(size - done <= MAP_REQUEST_MAX + 6);
	return 0;
}
