#include "config/list.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void
list_clear(struct list *list)
{
	for (size_t i = 0; i < list->code_count; i++)
		free(list->codes[i].name);
	for (size_t i = 0; i < list->refusal_count; i++)
		free(list->refusals[i].cause);
	free(list->codes);
	free(list->clean);
	free(list->refusals);
	free(list->test_domain.listed);
	free(list->test_domain.clean);
	free(list->id);
	free(list->provider);
	free(list->zone);
	free(list->since);
	free(list->reason);
	free(list->limits);
	free(list->advice);
	free(list->lookup);
	free(list->removal);
	free(list->sources);
}

/* Whether the name begins with that word, be its parts joined by what may. */
static bool
begins_with(const char *name, const char *word)
{
	for (; *word; name++, word++)
		if (tolower((unsigned char)*name) !=
			tolower((unsigned char)*word) &&
		    (!*name || !strchr(" -", *name) || !strchr(" -", *word)))
			return false;
	return !isalnum((unsigned char)*name);
}

bool
list_is_named(const struct list *list, const char *name)
{
	return name[0] && (strcasecmp(list->zone, name) == 0 ||
			      begins_with(name, list->provider) ||
			      begins_with(list->id, name));
}

bool
list_needs_key(const struct list *list)
{
	return strstr(list->zone, LIST_KEY_MARK) != NULL;
}

static bool
code_is_equal(const struct list_code *a, const struct list_code *b)
{
	return a->low == b->low && a->high == b->high &&
	       strcmp(a->name, b->name) == 0 && a->scheme == b->scheme &&
	       a->mask == b->mask && a->octet == b->octet &&
	       a->limit == b->limit;
}

static bool
codes_are_equal(const struct list *a, const struct list *b)
{
	if (a->code_count != b->code_count)
		return false;
	for (size_t i = 0; i < a->code_count; i++)
		if (!code_is_equal(&a->codes[i], &b->codes[i]))
			return false;
	return true;
}

static bool
clean_is_equal(const struct list *a, const struct list *b)
{
	if (a->clean_count != b->clean_count)
		return false;
	for (size_t i = 0; i < a->clean_count; i++)
		if (a->clean[i].low != b->clean[i].low ||
		    a->clean[i].high != b->clean[i].high)
			return false;
	return true;
}

static bool
refusals_are_equal(const struct list *a, const struct list *b)
{
	if (a->refusal_count != b->refusal_count)
		return false;
	for (size_t i = 0; i < a->refusal_count; i++)
		if (a->refusals[i].low != b->refusals[i].low ||
		    a->refusals[i].high != b->refusals[i].high)
			return false;
	return true;
}

/* Who is told and where to go (provider, URLs, causes), and what a code weighs,
   is not the answer's meaning; the order of the codes is, since answer.codes
   counts by it. */
bool
list_equal(const struct list *a, const struct list *b)
{
	return strcmp(a->zone, b->zone) == 0 && a->knows_ip4 == b->knows_ip4 &&
	       a->knows_ip6 == b->knows_ip6 &&
	       a->knows_domain == b->knows_domain && codes_are_equal(a, b) &&
	       clean_is_equal(a, b) && refusals_are_equal(a, b);
}

const char *
list_url(char *text, size_t size, const char *url, const char *subject)
{
	static const char mark[] = "{subject}";
	size_t used = 0;

	text[0] = '\0';
	while (*url && used < size) {
		const char *next = strstr(url, mark);
		int length = next ? next - url : (int)strlen(url);

		used += snprintf(text + used, size - used, "%.*s%s", length,
		    url, next ? subject : "");
		url += length + (next ? sizeof mark - 1 : 0);
	}
	return text;
}

const char *
list_removal(
    char *text, size_t size, const struct list *list, const char *subject)
{
	const char *form = list->removal ? list->removal : list->lookup;

	return form ? list_url(text, size, form, subject) : NULL;
}

const char *
list_impact_name(enum list_impact impact)
{
	static const char *const names[] = {
	    [IMPACT_NOISE] = "noise",
	    [IMPACT_LOW] = "low",
	    [IMPACT_MEDIUM] = "medium",
	    [IMPACT_HIGH] = "high",
	};

	return names[impact];
}
