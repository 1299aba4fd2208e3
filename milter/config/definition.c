#include "config/definition.h"

#include "base/alloc.h"
#include "config/entries.h"
#include "config/form.h"
#include "config/group.h"
#include "config/list.h"

#include <stdlib.h>
#include <string.h>

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
definition_read(struct group *group, struct list *out)
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
	entries_read(group, &list);
	read_practice(group, &list);
	*out = list;
}
