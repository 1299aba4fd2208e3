#include "config/receivers.h"

#include "base/alloc.h"
#include "base/expressions.h"
#include "config/form.h"
#include "config/group.h"
#include "config/terms.h"
#include "config/values.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const class_names[REPLY_CLASSES] = {
    [REPLY_IP_BLOCKED] = "ip-blocked",
    [REPLY_IP_THROTTLED] = "ip-throttled",
    [REPLY_DOMAIN_BLOCKED] = "domain-blocked",
    [REPLY_CONTENT] = "content",
    [REPLY_AUTH] = "auth",
    [REPLY_GREYLIST] = "greylist",
    [REPLY_MAILBOX] = "mailbox",
    [REPLY_POLICY] = "policy",
    [REPLY_CONNECTION] = "connection",
    [REPLY_UNRELATED] = "unrelated",
};

const char *reply_class_name(enum reply_class class)
{
	return class_names[class];
}

static char *
copy(const char *text)
{
	return text ? alloc_string(text) : NULL;
}

/* People are sent there: a web page, or a mailbox. */
static const char *
form_removal(const char *text)
{
	static const char mailto[] = "mailto:";

	if (strncmp(text, mailto, sizeof mailto - 1) == 0 &&
	    strchr(text, '@') && !strpbrk(text, " \"'<>\\"))
		return NULL;
	return form_url(text) ? "an http://, https:// or mailto: address "
				"without spaces and quotes"
			      : NULL;
}

static const char *
form_mx(const char *text)
{
	return form_domain(strncmp(text, "*.", 2) == 0 ? text + 2 : text)
		   ? "a host name such as \"mx.example.com\" or "
		     "\"*.example.com\""
		   : NULL;
}

static enum reply_class
read_class(struct group *group)
{
	struct word words[REPLY_CLASSES + 1] = {{NULL, 0}};

	for (int i = 0; i < REPLY_CLASSES; i++)
		words[i] = (struct word){class_names[i], i};
	group_require(group, "class");
	return group_word(group, "class", words, REPLY_UNRELATED);
}

/* The pattern with its terms filled in, to be freed; NULL with the problem
   recorded. */
static char *
expand_pattern(struct group *group, const struct terms *terms)
{
	const char *pattern = group_text(group, "pattern", NULL);
	char unknown[TERM_NAME_MAX], *text;

	group_require(group, "pattern");
	if (!pattern)
		return NULL;
	text = terms_expand(terms, pattern, unknown);
	if (!text)
		group_error(group, "pattern",
		    "found %%%s%%, expected the name of a term that stands "
		    "before",
		    unknown);
	return text;
}

/* As expand_pattern, and the pattern is added. */
static char *
read_pattern(struct group *group, const struct terms *terms,
    struct expressions *patterns)
{
	char *pattern = expand_pattern(group, terms), *reason = NULL;

	if (!pattern || expressions_add(patterns, pattern, &reason) == 0)
		return pattern;
	group_error(group, "pattern",
	    "found \"%s\", expected a PCRE2 pattern: "
	    "%s",
	    pattern, reason);
	free(reason);
	free(pattern);
	return NULL;
}

static const char *
form_term(const char *text)
{
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz-");

	return text[length] || length >= TERM_NAME_MAX
		   ? "up to 32 small letters and \"-\""
		   : NULL;
}

static void
read_term(struct group *group, void *context)
{
	struct terms *terms = context;
	const char *name = group_text(group, "name", form_term);
	char *pattern = expand_pattern(group, terms);

	group_require(group, "name");
	if (name && pattern)
		terms_add(terms, name, pattern);
	free(pattern);
}

static void
add_rule(struct reply_rules *rules, const struct reply_rule *rule)
{
	rules->items = alloc_resize(
	    rules->items, rules->count + 1, sizeof rules->items[0]);
	rules->items[rules->count++] = (struct reply_rule){
	    rule->class, copy(rule->list), copy(rule->removal)};
}

/* Rules that are being read, and those so far that hold at every host. */
struct reading {
	struct terms *terms;
	struct reply_rules *rules;
	bool is_telling; /* these do */
	struct telling {
		char *pattern;
		struct reply_rule rule;
	} * tellings;
	size_t telling_count;
};

static void
add_telling(
    struct reading *reading, const char *pattern, const struct reply_rule *rule)
{
	size_t i = reading->telling_count++;

	reading->tellings =
	    alloc_resize(reading->tellings, i + 1, sizeof reading->tellings[0]);
	reading->tellings[i] = (struct telling){copy(pattern),
	    {rule->class, copy(rule->list), copy(rule->removal)}};
}

static void
read_rule(struct group *group, void *context)
{
	struct reading *reading = context;
	/* Borrowed from the file until they are added. */
	struct reply_rule rule = {.class = read_class(group),
	    .list = (char *)group_text(group, "list", form_label),
	    .removal = (char *)group_text(group, "removal", form_removal)};
	char *pattern =
	    read_pattern(group, reading->terms, reading->rules->patterns);

	if (!pattern)
		return;
	add_rule(reading->rules, &rule);
	if (reading->is_telling)
		add_telling(reading, pattern, &rule);
	free(pattern);
}

static void
start_rules(struct reading *reading, struct reply_rules *rules)
{
	reading->rules = rules;
	rules->patterns = expressions_create();
}

static void
collect_tellings(struct reading *reading, struct reply_rules *rules)
{
	char *reason = NULL;

	rules->patterns = expressions_create();
	for (size_t i = 0; i < reading->telling_count; i++) {
		struct telling *telling = &reading->tellings[i];

		/* It was good before. */
		if (expressions_add(
			rules->patterns, telling->pattern, &reason) == 0)
			add_rule(rules, &telling->rule);
		free(telling->pattern);
		free(telling->rule.list);
		free(telling->rule.removal);
	}
	expressions_close(rules->patterns);
	free(reading->tellings);
}

static bool
has_mx(const struct receiver *receiver, const char *mx, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(receiver->mx.items[i], mx) == 0)
			return true;
	return false;
}

/* Each id and each MX name once: else which one counts would be a matter of
   order, and a copy's leftovers would win silently. */
static void
refuse_twins(struct group *group, const struct receivers *receivers,
    const struct receiver *receiver)
{
	for (size_t i = 0; i < receivers->count; i++)
		if (receiver->id && receivers->items[i].id &&
		    strcmp(receivers->items[i].id, receiver->id) == 0)
			group_error(group, "id",
			    "\"%s\" is used already; expected each id once",
			    receiver->id);
	for (size_t j = 0; j < receiver->mx.count; j++) {
		const char *mx = receiver->mx.items[j];
		bool is_twin = has_mx(receiver, mx, j);

		for (size_t i = 0; i < receivers->count && !is_twin; i++)
			is_twin = has_mx(&receivers->items[i], mx,
			    receivers->items[i].mx.count);
		if (is_twin)
			group_item_error(group, "mx", j,
			    "\"%s\" is used already; expected each name once",
			    mx);
	}
}

struct book {
	struct receivers *receivers;
	struct reading reading;
};

static void
read_receiver(struct group *group, void *context)
{
	struct book *book = context;
	struct receivers *receivers = book->receivers;
	struct receiver receiver = {
	    .id = copy(group_text(group, "id", form_id)),
	    .name = copy(group_text(group, "name", form_label)),
	    .removal = copy(group_text(group, "removal", form_removal)),
	};

	group_require(group, "id");
	group_require(group, "name");
	values_strings(group, "mx", form_mx, &receiver.mx);
	group_require(group, "mx");
	values_refuse_empty(group, "mx");
	start_rules(&book->reading, &receiver.rules);
	book->reading.is_telling = true;
	group_each(group, "codes", read_rule, &book->reading);
	book->reading.is_telling = false;
	group_each(group, "replies", read_rule, &book->reading);
	expressions_close(receiver.rules.patterns);
	refuse_twins(group, receivers, &receiver);
	receivers->items = alloc_resize(
	    receivers->items, receivers->count + 1, sizeof receivers->items[0]);
	receivers->items[receivers->count++] = receiver;
}

static void
read_list_name(struct group *group, void *context)
{
	const struct book *book = context;
	struct receivers *receivers = book->receivers;
	struct list_name name = {0};
	char *pattern;
	const char *text = group_text(group, "name", form_label);
	const char *removal = group_text(group, "removal", form_removal);

	group_require(group, "name");
	pattern =
	    read_pattern(group, book->reading.terms, receivers->list_patterns);
	if (!pattern)
		return;
	free(pattern);
	name.name = copy(text);
	name.removal = copy(removal);
	receivers->list_names = alloc_resize(receivers->list_names,
	    receivers->list_count + 1, sizeof receivers->list_names[0]);
	receivers->list_names[receivers->list_count++] = name;
}

struct receivers *
receivers_read(struct group *root)
{
	struct receivers *receivers = alloc_zeroed(1, sizeof *receivers);
	struct book book = {receivers, {.terms = terms_create()}};

	group_each(root, "terms", read_term, book.reading.terms);
	start_rules(&book.reading, &receivers->rules);
	group_each(root, "replies", read_rule, &book.reading);
	expressions_close(receivers->rules.patterns);
	group_each(root, "receivers", read_receiver, &book);
	collect_tellings(&book.reading, &receivers->tellings);
	receivers->list_patterns = expressions_create();
	group_each(root, "list_names", read_list_name, &book);
	expressions_close(receivers->list_patterns);
	terms_destroy(&book.reading.terms);
	return receivers;
}

static void
clear_rules(struct reply_rules *rules)
{
	for (size_t i = 0; i < rules->count; i++) {
		free(rules->items[i].list);
		free(rules->items[i].removal);
	}
	free(rules->items);
	expressions_destroy(&rules->patterns);
}

static void
clear_receiver(struct receiver *receiver)
{
	clear_rules(&receiver->rules);
	strings_free(&receiver->mx);
	free(receiver->id);
	free(receiver->name);
	free(receiver->removal);
}

void
receivers_destroy(struct receivers **receivers_r)
{
	struct receivers *receivers = *receivers_r;

	if (!receivers)
		return;
	for (size_t i = 0; i < receivers->count; i++)
		clear_receiver(&receivers->items[i]);
	for (size_t i = 0; i < receivers->list_count; i++) {
		free(receivers->list_names[i].name);
		free(receivers->list_names[i].removal);
	}
	clear_rules(&receivers->rules);
	clear_rules(&receivers->tellings);
	expressions_destroy(&receivers->list_patterns);
	free(receivers->list_names);
	free(receivers->items);
	free(receivers);
	*receivers_r = NULL;
}
