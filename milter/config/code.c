#include "config/code.h"

#include "base/alloc.h"
#include "config/form.h"
#include "config/group.h"

#include <stdlib.h>
#include <string.h>

#define LOOPBACK_NET 127
#define WEIGHT_MAX 1000

static const char run_wanted[] =
    "an IPv4 address, or a range in it such as \"127.0.0.4-7\"";

static unsigned
octet_of(uint32_t answer, int octet)
{
	return answer >> 8 * (4 - octet) & 0xff;
}

bool
run_covers(uint32_t low, uint32_t high, uint32_t answer)
{
	for (int i = 1; i <= 4; i++)
		if (octet_of(answer, i) < octet_of(low, i) ||
		    octet_of(answer, i) > octet_of(high, i))
			return false;
	return true;
}

bool
run_overlaps(const struct run *a, const struct run *b)
{
	for (int i = 1; i <= 4; i++)
		if (octet_of(a->low, i) > octet_of(b->high, i) ||
		    octet_of(a->high, i) < octet_of(b->low, i))
			return false;
	return true;
}

bool
code_holds(const struct list_code *code, uint32_t answer)
{
	if (!run_covers(code->low, code->high, answer))
		return false;
	switch ((enum scheme)code->scheme) {
	case SCHEME_RUN:
		return true;
	case SCHEME_MASK:
		return (answer & code->mask) != 0;
	case SCHEME_BELOW:
		return octet_of(answer, code->octet) < code->limit;
	case SCHEME_ABOVE:
		return octet_of(answer, code->octet) > code->limit;
	}
	return false;
}

uint32_t
code_open_bits(const struct list_code *code)
{
	uint32_t bits = 0;

	for (int i = 1; i <= 4; i++)
		if (octet_of(code->low, i) != octet_of(code->high, i))
			bits |= UINT32_C(0xff) << 8 * (4 - i);
	return bits;
}

static uint32_t
with_octet(uint32_t answer, int octet, unsigned value)
{
	int shift = 8 * (4 - octet);

	return (answer & ~(UINT32_C(0xff) << shift)) | (uint32_t)value << shift;
}

/* The answers by which a score's code holds are a run of their own, less wide
   than that of the score. */
static struct run
holding(const struct list_code *code)
{
	struct run run = {code->low, code->high};
	int octet = code->octet, limit = code->limit;

	if (code->scheme == SCHEME_BELOW &&
	    octet_of(run.high, octet) >= (unsigned)limit)
		run.high = with_octet(run.high, octet, limit - 1);
	if (code->scheme == SCHEME_ABOVE &&
	    octet_of(run.low, octet) <= (unsigned)limit)
		run.low = with_octet(run.low, octet, limit + 1);
	return run;
}

bool
code_is_apart_of_run(const struct list_code *code, const struct run *run)
{
	struct run own = holding(code);

	return !run_overlaps(&own, run);
}

bool
code_is_apart(const struct list_code *a, const struct list_code *b)
{
	struct run run = holding(b);

	if (a->scheme == SCHEME_MASK && b->scheme == SCHEME_MASK &&
	    (a->mask & b->mask) == 0)
		return true;
	return code_is_apart_of_run(a, &run);
}

/* "4" or "4-7", up to a dot or the end. NULL if it is neither. */
static const char *
parse_octet(const char *text, unsigned *low, unsigned *high)
{
	unsigned *bounds[] = {low, high};

	for (int i = 0; i < 2; i++) {
		size_t count = strspn(text, "0123456789");

		if (count == 0 || count > 3 || (count > 1 && text[0] == '0'))
			return NULL;
		*bounds[i] = strtoul(text, NULL, 10);
		text += count;
		if (i == 0 && *text != '-') {
			*high = *low;
			break;
		}
		text += i == 0;
	}
	return *low <= *high && *high <= 255 ? text : NULL;
}

int
run_parse(const char *text, struct run *out)
{
	struct run run = {0, 0};

	for (int i = 1; i <= 4; i++) {
		unsigned low, high;

		text = parse_octet(text, &low, &high);
		if (!text || *text != (i < 4 ? '.' : '\0'))
			return -1;
		text++;
		run.low = run.low << 8 | low;
		run.high = run.high << 8 | high;
	}
	*out = run;
	return 0;
}

const char *
form_run(const char *text)
{
	struct run run;

	return run_parse(text, &run) == 0 ? NULL : run_wanted;
}

const char *
form_code(const char *text)
{
	struct run run;

	if (run_parse(text, &run) != 0)
		return run_wanted;
	return run.low >> 24 == LOOPBACK_NET && run.high >> 24 == LOOPBACK_NET
		   ? NULL
		   : "an answer in 127.0.0.0/8";
}

int
scope_parse(const char *word)
{
	static const char *const words[] = {
	    [SCOPE_ADDRESS] = "address",
	    [SCOPE_RANGE] = "range",
	    [SCOPE_ASN] = "asn",
	    [SCOPE_POLICY] = "policy",
	};

	for (int i = 0; i <= SCOPE_POLICY; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

const char *
form_scope(const char *text)
{
	return scope_parse(text) >= 0
		   ? NULL
		   : "\"address\", \"range\", \"asn\" or \"policy\"";
}

static int
read_run(struct group *group, struct list_code *code)
{
	const char *answer = group_text(group, "answer", form_code);
	bool has_usual = code->scheme != SCHEME_RUN && code->octet == 4;
	struct run run;

	if (!group_has(group, "answer") && has_usual)
		answer = "127.0.0.0-255";
	else
		group_require(group, "answer");
	if (!answer || run_parse(answer, &run) != 0)
		return -1;
	code->low = run.low;
	code->high = run.high;
	if (code->scheme == SCHEME_RUN ||
	    octet_of(run.low, code->octet) != octet_of(run.high, code->octet))
		return 0;
	group_error(group, "answer",
	    "found \"%s\", expected a range as number %d, which is the one "
	    "to be looked at",
	    answer, code->octet);
	return -1;
}

static int
read_scheme(struct group *group, struct list_code *code)
{
	bool has_mask = group_has(group, "mask");
	bool has_below = group_has(group, "below");
	bool has_above = group_has(group, "above");
	int mask = group_number(group, "mask", 1, 255, 1);
	int below = group_number(group, "below", 1, 255, 1);
	int above = group_number(group, "above", 0, 254, 0);

	code->octet = group_number(group, "octet", 2, 4, 4);
	if (has_mask + has_below + has_above > 1) {
		group_error(group, NULL,
		    "expected only one of \"mask\", \"below\" and \"above\"");
		return -1;
	}
	if (has_mask) {
		code->scheme = SCHEME_MASK;
		code->mask = (uint32_t)mask << 8 * (4 - code->octet);
	} else if (has_below || has_above) {
		code->scheme = has_below ? SCHEME_BELOW : SCHEME_ABOVE;
		code->limit = has_below ? below : above;
	}
	return 0;
}

int
code_read(struct group *group, enum scope scope, struct list_code *out)
{
	const char *name = group_text(group, "name", form_label);
	const char *own = group_text(group, "scope", form_scope);
	struct list_code code = {.scope = own ? scope_parse(own) : (int)scope};
	int status;

	group_require(group, "name");
	code.has_weight = group_has(group, "weight");
	code.weight = group_number(group, "weight", -WEIGHT_MAX, WEIGHT_MAX, 0);
	status = read_scheme(group, &code);
	if (read_run(group, &code) != 0 || status != 0)
		return -1;
	code.name = name ? alloc_string(name) : NULL;
	*out = code;
	return 0;
}
