/* Any bytes as what a server says. However they are cut into pieces, we say the
   same and come to the same end. */
#include "evidence/greeting.h"
#include "fuzz.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Line by line, as what comes after a reply is left out; each in pieces. */
static enum greeting_next
talk(struct greeting *greeting, const char *bytes, size_t size, size_t piece)
{
	enum greeting_next next = GREETING_READ;
	size_t done = 0;

	while (done < size && next != GREETING_END) {
		const char *end = memchr(bytes + done, '\n', size - done);
		size_t line =
		    end ? (size_t)(end + 1 - bytes - done) : size - done;
		size_t length = line < piece ? line : piece;

		next = greeting_take(greeting, bytes + done, length);
		must(greeting->length < GREETING_LINE_MAX);
		must(memchr(greeting->cause, '\0', sizeof greeting->cause) !=
		     NULL);
		must(memchr(greeting->secure_auth, '\0', GREETING_AUTH_MAX) !=
		     NULL);
		if (next == GREETING_TLS)
			greeting_secured(greeting);
		if (next == GREETING_SAY || next == GREETING_TLS)
			must(strcmp(greeting->say + strlen(greeting->say) - 2,
				 "\r\n") == 0);
		done += length;
	}
	return next;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct greeting whole, pieces;
	const char *text = (const char *)bytes;
	enum greeting_tls tls = size % 4;
	enum greeting_next end;

	greeting_start(&whole, "me.test", tls);
	greeting_start(&pieces, "me.test", tls);
	end = talk(&whole, text, size, SIZE_MAX);
	must(talk(&pieces, text, size, 1 + size % 5) == end);
	must(whole.is_good == pieces.is_good);
	must(strcmp(whole.cause, pieces.cause) == 0);
	must(strcmp(whole.plain_auth, pieces.plain_auth) == 0);
	must(strcmp(whole.secure_auth, pieces.secure_auth) == 0);
	must(!(whole.is_good && whole.cause[0]));
	if (end == GREETING_END)
		must(whole.is_good || whole.cause[0]);
	return 0;
}
