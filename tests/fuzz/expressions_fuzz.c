/* A pattern and, behind a NUL, a text: looking for the words that the pattern
   needs must never hide a match. */
#include "base/expressions.h"
#include "fuzz.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PATTERN_MAX 200

/* 1, 0, or -1: not known in reasonable time. */
static int
matches(const char *pattern, const char *text, size_t length)
{
	PCRE2_SIZE offset;
	int error, result;
	pcre2_code *code =
	    pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
		PCRE2_CASELESS | PCRE2_DOTALL | PCRE2_NO_AUTO_CAPTURE |
		    PCRE2_DUPNAMES | PCRE2_NEVER_BACKSLASH_C,
		&error, &offset, NULL);
	pcre2_match_data *data;
	pcre2_match_context *limits = pcre2_match_context_create(NULL);

	must(code && limits);
	pcre2_set_match_limit(limits, 1000);
	data = pcre2_match_data_create_from_pattern(code, NULL);
	result =
	    pcre2_match(code, (PCRE2_SPTR)text, length, 0, 0, data, limits);
	pcre2_match_data_free(data);
	pcre2_match_context_free(limits);
	pcre2_code_free(code);
	return result >= 0 ? 1 : result == PCRE2_ERROR_NOMATCH ? 0 : -1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const uint8_t *end = memchr(bytes, '\0', size);
	struct expressions *set;
	struct capture capture;
	char *reason = NULL;
	const char *text;
	size_t length;

	if (!end || end - bytes > PATTERN_MAX)
		return 0;
	set = expressions_create();
	if (expressions_add(set, (const char *)bytes, &reason) != 0) {
		free(reason);
		expressions_close(set);
		expressions_destroy(&set);
		return 0;
	}
	expressions_close(set);
	text = (const char *)end + 1;
	length = size - (end + 1 - bytes);
	if (matches((const char *)bytes, text, length) == 1) {
		must(expressions_find(set, text, length, &capture) == 0);
		must(capture.length <= length);
	}
	expressions_destroy(&set);
	return 0;
}
