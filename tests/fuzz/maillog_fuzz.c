/* Any bytes as a line of a log. What is read of it lies within it. */
#include "base/stamp.h"
#include "evidence/maillog.h"
#include "fuzz.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void
check(const struct piece *piece, const char *line, size_t length)
{
	uintptr_t start = (uintptr_t)piece->start, first = (uintptr_t)line;

	if (piece->length > 0)
		must(start >= first && piece->length <= length &&
		     start - first <= length - piece->length);
}

static void
check_stamp(const struct piece *piece)
{
	struct stamp stamp = {0};

	if (stamp_read(piece->start, piece->length, &stamp) != 0)
		return;
	must(stamp.month >= 1 && stamp.month <= 12 && stamp.day >= 1 &&
	     stamp.day <= 31 && stamp.year >= 0 && stamp.year <= 9999);
}

static void
check_attempt(const struct attempt *attempt, const char *line, size_t size)
{
	check(&attempt->stamp, line, size);
	check(&attempt->program, line, size);
	check(&attempt->qid, line, size);
	check(&attempt->to, line, size);
	check(&attempt->relay, line, size);
	check(&attempt->relay_address, line, size);
	check(&attempt->dsn, line, size);
	check(&attempt->status_word, line, size);
	check(&attempt->speaker, line, size);
	check(&attempt->text, line, size);
	check_stamp(&attempt->stamp);
	must(attempt->recipients >= 1);
	must(attempt->relay_port >= 0 && attempt->relay_port < 65536);
	must(attempt_status_name(attempt->status) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	/* Of its own size, so that reading past its end is seen. */
	char *line = malloc(size ? size : 1);
	struct attempt attempt;

	must(line != NULL);
	memcpy(line, bytes, size);
	memset(&attempt, 0x5a, sizeof attempt);
	if (maillog_read(line, size, &attempt))
		check_attempt(&attempt, line, size);
	memset(&attempt, 0x5a, sizeof attempt);
	if (maillog_read_host(line, size, &attempt))
		check_attempt(&attempt, line, size);
	free(line);
	return 0;
}
