/*
 * What the control socket reads: whatever arrives, in whatever pieces, is one
 * request or none yet.
 */
#include "doors/control.h"
#include "fuzz.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = malloc(size ? size : 1);
	enum control_verb whole, part;
	size_t used, part_used;

	if (!bytes)
		return 0;
	if (size > 0)
		memcpy(bytes, data, size);
	whole = control_parse(bytes, size, &used);
	must(used <= size);
	must(used > 0 || size < CONTROL_REQUEST_MAX);
	must(used > 0 || whole == CONTROL_INVALID);
	/* A request is the same however much of it came before. */
	for (size_t i = 0; i < used && i < CONTROL_REQUEST_MAX; i++) {
		control_parse(bytes, i, &part_used);
		must(part_used == 0);
	}
	if (used > 0) {
		part = control_parse(bytes, used, &part_used);
		must(part == whole && part_used == used);
	}
	free(bytes);
	return 0;
}
