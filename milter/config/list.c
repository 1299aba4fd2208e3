#include "config/list.h"

#include "base/alloc.h"
#include "config/form.h"
#include "config/group.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { STATUS_ALIVE, STATUS_DEAD };
enum { KIND_BLOCK, KIND_ALLOW };

static const struct word statuses[] = {
    {"alive", STATUS_ALIVE},
    {"dead", STATUS_DEAD},
    {NULL, 0},
};

static const struct word kinds[] = {
    {"block", KIND_BLOCK},
    {"allow", KIND_ALLOW},
    {NULL, 0},
};

static const struct word impacts[] = {
    {"noise", IMPACT_NOISE},
    {"low", IMPACT_LOW},
    {"medium", IMPACT_MEDIUM},
    {"high", IMPACT_HIGH},
    {NULL, 0},
};

static const struct word terms[] = {
    {"public", TERMS_PUBLIC},
    {"registered", TERMS_REGISTERED},
    {"key", TERMS_KEY},
    {"paid", TERMS_PAID},
    {NULL, 0},
};

static const struct word hows[] = {
    {"self-service", HOW_SELF_SERVICE},
    {"waiting", HOW_WAITING},
    {"e-mail", HOW_EMAIL},
    {"paid", HOW_PAID},
    {"isp", HOW_ISP},
    {"never", HOW_NEVER},
    {"unknown", HOW_UNKNOWN},
    {NULL, 0},
};

static const char none[] = "none";

static char *
copy(const char *text)
{
	return text ? alloc_string(text) : NULL;
}

/* A list that is being read, and what its codes share. */
struct draft {
	struct list *list;
	enum scope scope;
};

/* Whether clean answers or refusals have one of the run already. */
static bool
is_taken(const struct list *list, const struct run *run)
{
	for (size_t i = 0; i < list->clean_count; i++)
		if (run_overlaps(&list->clean[i], run))
			return true;
	for (size_t i = 0; i < list->refusal_count; i++) {
		const struct run other = {
		    list->refusals[i].low, list->refusals[i].high};

		if (run_overlaps(&other, run))
			return true;
	}
	return false;
}

static bool
is_code(const struct list *list, const struct run *run)
{
	for (size_t i = 0; i < list->code_count; i++)
		if (!code_is_apart_of_run(&list->codes[i], run))
			return true;
	return false;
}

/* Whether no refusal but one of a sum of bits would be a code as well. */
static bool
may_refuse(const struct list *list, const struct run *run)
{
	for (size_t i = 0; i < list->code_count; i++)
		if (list->codes[i].scheme != SCHEME_MASK &&
		    !code_is_apart_of_run(&list->codes[i], run))
			return false;
	return !is_taken(list, run);
}

static bool
may_add(const struct list *list, const struct list_code *code)
{
	for (size_t i = 0; i < list->code_count; i++)
		if (!code_is_apart(&list->codes[i], code))
			return false;
	return true;
}

static void
read_code(struct group *group, void *context)
{
	const struct draft *draft = context;
	struct list *list = draft->list;
	const char *answer = group_text(group, "answer", NULL);
	struct list_code code;

	if (code_read(group, draft->scope, &code) != 0)
		return;
	if (!may_add(list, &code))
		group_error(group, "answer",
		    "\"%s\" has a meaning already; expected each answer once",
		    answer ? answer : "127.0.0.0-255");
	if (list->code_count == LIST_CODES_MAX) {
		group_error(
		    group, NULL, "expected up to %d codes", LIST_CODES_MAX);
		free(code.name);
		return;
	}
	list->codes = alloc_resize(
	    list->codes, list->code_count + 1, sizeof list->codes[0]);
	list->codes[list->code_count++] = code;
}

static void
read_clean(struct group *group, struct list *list)
{
	size_t count = group_items(group, "clean", form_code);

	list->clean = alloc_zeroed(count, sizeof list->clean[0]);
	for (size_t i = 0; i < count; i++) {
		const char *text = group_item(group, "clean", i);
		struct run run;

		if (run_parse(text, &run) != 0)
			continue;
		if (is_taken(list, &run) || is_code(list, &run))
			group_item_error(group, "clean", i,
			    "\"%s\" has a meaning already; expected each "
			    "answer once",
			    text);
		list->clean[list->clean_count++] = run;
	}
}

static void
read_refusal(struct group *group, void *context)
{
	struct list *list = context;
	const char *cause = group_text(group, "cause", NULL);
	const char *answer = group_text(group, "answer", form_run);
	struct run run;

	group_require(group, "cause");
	group_require(group, "answer");
	if (!answer || run_parse(answer, &run) != 0)
		return;
	if (!may_refuse(list, &run))
		group_error(group, "answer",
		    "\"%s\" has a meaning already; expected each answer once",
		    answer);
	list->refusals = alloc_resize(
	    list->refusals, list->refusal_count + 1, sizeof list->refusals[0]);
	list->refusals[list->refusal_count++] =
	    (struct list_refusal){run.low, run.high, copy(cause)};
}

static void
read_answers(struct group *group, struct list *list)
{
	const char *scope = group_text(group, "scope", form_scope);
	struct draft draft = {list, scope ? scope_parse(scope) : SCOPE_ADDRESS};

	list->allows = group_word(group, "kind", kinds, KIND_BLOCK);
	group_each(group, "codes", read_code, &draft);
	read_clean(group, list);
	group_each(group, "refusals", read_refusal, list);
	if (list->is_dead)
		return;
	group_require(group, "codes");
	if (group_is_empty(group, "codes"))
		group_error(group, "codes",
		    "found an empty list, expected at least one code");
}

static const char *
form_subject(const char *text)
{
	return strcmp(text, "ip4") == 0 || strcmp(text, "ip6") == 0 ||
		       strcmp(text, "domain") == 0
		   ? NULL
		   : "\"ip4\", \"ip6\" or \"domain\"";
}

static void
read_subjects(struct group *group, struct list *list)
{
	size_t count = group_items(group, "subjects", form_subject);

	for (size_t i = 0; i < count; i++) {
		const char *subject = group_item(group, "subjects", i);

		list->knows_ip4 |= strcmp(subject, "ip4") == 0;
		list->knows_ip6 |= strcmp(subject, "ip6") == 0;
		list->knows_domain |= strcmp(subject, "domain") == 0;
	}
	if (list->is_dead)
		return;
	group_require(group, "subjects");
	if (group_is_empty(group, "subjects"))
		group_error(group, "subjects",
		    "found an empty array, expected \"ip4\", \"ip6\" or "
		    "\"domain\"");
}

/* As the text has it: what is IPv4-mapped stays IPv6. */
static int
parse_entry(const char *text, int family, struct address *out)
{
	struct address entry = {.family = family};

	if (inet_pton(family == 6 ? AF_INET6 : AF_INET, text, entry.bytes) != 1)
		return -1;
	*out = entry;
	return 0;
}

static const char *
form_entry4(const char *text)
{
	struct address ignored;

	return strcmp(text, none) == 0 || parse_entry(text, 4, &ignored) == 0
		   ? NULL
		   : "an IPv4 address or \"none\"";
}

static const char *
form_entry6(const char *text)
{
	struct address ignored;

	return strcmp(text, none) == 0 || parse_entry(text, 6, &ignored) == 0
		   ? NULL
		   : "an IPv6 address or \"none\"";
}

static struct address
read_entry(struct group *group, const char *key, const char *fallback)
{
	int family = strchr(fallback, ':') ? 6 : 4;
	const char *text =
	    group_text(group, key, family == 6 ? form_entry6 : form_entry4);
	struct address entry = {0};

	parse_entry(text ? text : fallback, family, &entry);
	return entry;
}

/* RFC 5782, section 5, has the fallbacks. A group for what the list does not
   know is read nevertheless, so that its faults are found. */
static void
read_test(struct group *group, const char *key, bool knows, const char *listed,
    const char *clean, struct list_test *out)
{
	struct list_test test;
	struct group own;

	group_open(group, key, &own);
	test.listed = read_entry(&own, "listed", listed);
	test.clean = read_entry(&own, "clean", clean);
	group_end(&own);
	if (knows)
		*out = test;
}

static char *
read_domain_entry(
    struct group *group, const char *key, bool knows, const char *fallback)
{
	const char *text = group_text(group, key, form_domain);

	if (!text)
		text = fallback;
	return knows && strcmp(text, none) != 0 ? alloc_string(text) : NULL;
}

static void
read_tests(struct group *group, struct list *list)
{
	struct list_domain_test *domain = &list->test_domain;
	struct group own;

	read_test(group, "test", list->knows_ip4, "127.0.0.2", "127.0.0.1",
	    &list->test4);
	read_test(group, "test6", list->knows_ip6, "::ffff:7f00:2",
	    "::ffff:7f00:1", &list->test6);
	group_open(group, "test_domain", &own);
	domain->listed =
	    read_domain_entry(&own, "listed", list->knows_domain, "test");
	domain->clean =
	    read_domain_entry(&own, "clean", list->knows_domain, "invalid");
	group_end(&own);
}

static void
read_status(struct group *group, struct list *list)
{
	list->is_dead = group_word(group, "status", statuses, STATUS_ALIVE);
	list->since = copy(group_text(group, "since", form_label));
	list->reason = copy(group_text(group, "reason", NULL));
	if (list->is_dead) {
		group_require(group, "since");
		group_require(group, "reason");
	} else if (list->since || list->reason) {
		group_error(group, list->since ? "since" : "reason",
		    "expected only with status = \"dead\"");
	}
}

static void
read_practice(struct group *group, struct list *list)
{
	bool has_key = list->zone && list_needs_key(list);

	list->impact = group_word(group, "impact", impacts, IMPACT_LOW);
	list->terms = group_word(
	    group, "terms", terms, has_key ? TERMS_KEY : TERMS_PUBLIC);
	list->how = group_word(group, "how", hows, HOW_UNKNOWN);
	list->limits = copy(group_text(group, "limits", NULL));
	list->advice = copy(group_text(group, "advice", NULL));
	list->lookup = copy(group_text(group, "lookup", form_url));
	list->removal = copy(group_text(group, "removal", form_url));
	list->sources = copy(group_text(group, "sources", NULL));
}

void
list_read(struct group *group, struct list *out)
{
	struct list list = {
	    .id = copy(group_text(group, "id", form_id)),
	    .provider = copy(group_text(group, "provider", NULL)),
	    .zone = copy(group_text(group, "zone", form_zone)),
	};

	group_require(group, "id");
	group_require(group, "provider");
	group_require(group, "zone");
	read_status(group, &list);
	read_subjects(group, &list);
	read_answers(group, &list);
	read_tests(group, &list);
	read_practice(group, &list);
	*out = list;
}

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

static const char *
word_name(const struct word *words, int value)
{
	while (words->value != value)
		words++;
	return words->name;
}

const char *
list_impact_name(enum list_impact impact)
{
	return word_name(impacts, impact);
}

const char *
list_terms_name(enum list_terms value)
{
	return word_name(terms, value);
}

const char *
list_how_name(enum list_how how)
{
	return word_name(hows, how);
}
