#include "base/expressions.h"

#include "base/alloc.h"
#include "base/literals.h"
#include "base/needles.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A search over a reply needs hundreds of steps; what needs more than this is
   a pattern that backtracks without end. It is up after some milliseconds. */
#define MATCH_LIMIT 50000
#define DEPTH_LIMIT 2000
#define HEAP_LIMIT_KIB 4096

#define OPTIONS                                                  \
	(PCRE2_CASELESS | PCRE2_DOTALL | PCRE2_NO_AUTO_CAPTURE | \
	    PCRE2_DUPNAMES | PCRE2_NEVER_BACKSLASH_C)
#define CAPTURE_NAME "list"
#define REASON_MAX 200
/* Sets of candidates up to this many are on the stack. */
#define SET_WORDS_MAX 16

struct expression {
	char *pattern;
	pcre2_code *code;
};

struct expressions {
	struct expression *items;
	size_t count;
	struct needles *needles;
	uint64_t *always; /* those of which no word is known */
	size_t set_words;
	pcre2_match_context *limits;
};

struct expressions *
expressions_create(void)
{
	struct expressions *set = alloc_zeroed(1, sizeof *set);

	set->limits = pcre2_match_context_create(NULL);
	if (!set->limits)
		abort();
	pcre2_set_match_limit(set->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(set->limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(set->limits, HEAP_LIMIT_KIB);
	return set;
}

void
expressions_destroy(struct expressions **set_r)
{
	struct expressions *set = *set_r;

	if (!set)
		return;
	for (size_t i = 0; i < set->count; i++) {
		pcre2_code_free(set->items[i].code);
		free(set->items[i].pattern);
	}
	needles_destroy(&set->needles);
	pcre2_match_context_free(set->limits);
	free(set->always);
	free(set->items);
	free(set);
	*set_r = NULL;
}

static pcre2_code *
compile(const char *pattern, char **reason)
{
	PCRE2_SIZE offset = 0;
	int error = 0;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern,
	    PCRE2_ZERO_TERMINATED, OPTIONS, &error, &offset, NULL);
	char text[REASON_MAX] = "it is refused";

	if (code) {
		/* Without JIT it is slower, and no less right. */
		pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
		return code;
	}
	pcre2_get_error_message(error, (PCRE2_UCHAR *)text, sizeof text);
	*reason = alloc_printf("%s, at offset %zu", text, (size_t)offset);
	return NULL;
}

int
expressions_add(struct expressions *set, const char *pattern, char **reason)
{
	pcre2_code *code = compile(pattern, reason);

	if (!code)
		return -1;
	set->items =
	    alloc_resize(set->items, set->count + 1, sizeof set->items[0]);
	set->items[set->count++] =
	    (struct expression){alloc_string(pattern), code};
	return 0;
}

static void
add_words(struct expressions *set, size_t index)
{
	struct literals *words = alloc_zeroed(1, sizeof *words);

	literals_of(set->items[index].pattern, words);
	for (size_t i = 0; i < words->count; i++)
		needles_add(set->needles, words->items[i].text,
		    words->items[i].length, index);
	if (words->count == 0)
		set->always[index / 64] |= UINT64_C(1) << index % 64;
	free(words);
}

void
expressions_close(struct expressions *set)
{
	set->set_words = NEEDLES_SET_WORDS(set->count);
	set->always = alloc_zeroed(set->set_words, sizeof set->always[0]);
	set->needles = needles_create(set->count);
	for (size_t i = 0; i < set->count; i++)
		add_words(set, i);
	needles_close(set->needles);
}

/* The first of the groups of that name that took part in the match. */
static void
read_capture(const pcre2_code *code, pcre2_match_data *data, const char *text,
    struct capture *out)
{
	PCRE2_SPTR first = NULL, last = NULL;
	PCRE2_SIZE *ends = pcre2_get_ovector_pointer(data);
	int size = pcre2_substring_nametable_scan(
	    code, (PCRE2_SPTR)CAPTURE_NAME, &first, &last);

	for (; size > 0 && first <= last; first += size) {
		size_t group = (size_t)first[0] << 8 | first[1];
		size_t start, end;

		if (group >= pcre2_get_ovector_count(data))
			continue;
		start = ends[2 * group];
		end = ends[2 * group + 1];
		if (start == PCRE2_UNSET || end <= start)
			continue;
		out->start = text + start;
		out->length = end - start;
		return;
	}
}

static bool
matches(const struct expressions *set, const pcre2_code *code, const char *text,
    size_t length, struct capture *capture)
{
	pcre2_match_data *data =
	    pcre2_match_data_create_from_pattern(code, NULL);
	bool is_match;

	if (!data)
		abort();
	is_match = pcre2_match(code, (PCRE2_SPTR)text, length, 0, 0, data,
		       set->limits) >= 0;
	if (is_match)
		read_capture(code, data, text, capture);
	pcre2_match_data_free(data);
	return is_match;
}

int
expressions_find(const struct expressions *set, const char *text, size_t length,
    struct capture *capture)
{
	uint64_t few[SET_WORDS_MAX], *candidates = few;
	int found = -1;

	assert(set->needles);
	*capture = (struct capture){text, 0};
	if (set->set_words > SET_WORDS_MAX)
		candidates = alloc_zeroed(set->set_words, sizeof few[0]);
	memcpy(candidates, set->always, set->set_words * sizeof few[0]);
	needles_find(set->needles, text, length, candidates);
	for (size_t i = 0; i < set->count && found < 0; i++)
		if (candidates[i / 64] >> i % 64 & 1 &&
		    matches(set, set->items[i].code, text, length, capture))
			found = i;
	if (candidates != few)
		free(candidates);
	return found;
}
