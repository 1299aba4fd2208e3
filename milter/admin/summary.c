#include "admin/summary.h"

#include "base/alloc.h"
#include "base/table.h"

#include <jansson.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 78

static const struct {
	const char *verdict; /* of a receiver; NULL where it blames nobody */
	const char *meaning; /* of a failure that is no block */
} words[REPLY_CLASSES] = {
    [REPLY_IP_BLOCKED] = {"blocks our address", NULL},
    [REPLY_IP_THROTTLED] = {"throttles us", NULL},
    [REPLY_DOMAIN_BLOCKED] = {"blocks our domain", NULL},
    [REPLY_CONTENT] = {NULL, "the message was taken for spam, or had a virus"},
    [REPLY_AUTH] = {NULL, "SPF, DKIM, DMARC or reverse DNS is wrong"},
    [REPLY_GREYLIST] = {NULL, "has to be sent again, and will be"},
    [REPLY_MAILBOX] = {NULL, "no such recipient, or the mailbox is full"},
    [REPLY_POLICY] = {NULL, "a rule of the receiver"},
    [REPLY_CONNECTION] = {NULL, "network, TLS, or a busy server"},
    [REPLY_UNRELATED] = {NULL, "no reason given, or not about us"},
};

void
summary_attempt(struct summary *summary, enum attempt_status status,
    const struct moment *when)
{
	summary->sent += status == ATTEMPT_SENT;
	summary->deferred += status == ATTEMPT_DEFERRED;
	summary->bounced += status == ATTEMPT_BOUNCED;
	if (!when)
		return;
	if (summary->first.stamp.month == 0 ||
	    moment_compare(when, &summary->first) < 0)
		summary->first = *when;
	if (summary->last.stamp.month == 0 ||
	    moment_compare(when, &summary->last) > 0)
		summary->last = *when;
}

void
summary_failure(struct summary *summary, enum reply_class class)
{
	summary->classes[class]++;
}

/* ---- for people --------------------------------------------------------- */

#define MOMENT_TEXT_MAX 64
#define NUMBER_TEXT_MAX 32

static const char *
show_moment(char text[MOMENT_TEXT_MAX], const struct moment *moment)
{
	const struct stamp *stamp = &moment->stamp;

	if (stamp->month == 0)
		return "-";
	snprintf(text, MOMENT_TEXT_MAX, "%04d-%02d-%02d %02d:%02d", stamp->year,
	    stamp->month, stamp->day, stamp->hour, stamp->minute);
	return text;
}

/* "1,234,567" */
static const char *
show_number(char text[NUMBER_TEXT_MAX], uint64_t number)
{
	char digits[NUMBER_TEXT_MAX];
	int length = snprintf(digits, sizeof digits, "%" PRIu64, number);
	char *to = text;

	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
	return text;
}

static void
print_heading(const struct summary *summary)
{
	char first[MOMENT_TEXT_MAX], last[MOMENT_TEXT_MAX];
	char all[NUMBER_TEXT_MAX], sent[NUMBER_TEXT_MAX];
	char deferred[NUMBER_TEXT_MAX], bounced[NUMBER_TEXT_MAX];
	uint64_t attempts =
	    summary->sent + summary->deferred + summary->bounced;

	printf("%s attempts to deliver, %s to %s:\n",
	    show_number(all, attempts), show_moment(first, &summary->first),
	    show_moment(last, &summary->last));
	printf("%s delivered, %s put off, %s refused for good.\n\n",
	    show_number(sent, summary->sent),
	    show_number(deferred, summary->deferred),
	    show_number(bounced, summary->bounced));
}

/* "Spamhaus ZEN, SpamCop"; the caller frees it. */
static char *
join_lists(const struct tally_row *row)
{
	char *joined = alloc_string("");

	for (size_t i = 0; i < row->list_count; i++) {
		char *longer = alloc_printf(
		    "%s%s%s", joined, i ? ", " : "", row->lists[i]);

		free(joined);
		joined = longer;
	}
	return joined;
}

static void
add_row(struct table *table, const struct tally_row *row)
{
	char first[MOMENT_TEXT_MAX], last[MOMENT_TEXT_MAX];
	char messages[NUMBER_TEXT_MAX], recipients[NUMBER_TEXT_MAX];
	char *lists = join_lists(row);

	table_add(table,
	    row->class == REPLY_IP_THROTTLED ? COLOUR_NONE : COLOUR_RED,
	    (const char *[]){row->receiver, words[row->class].verdict,
		show_moment(first, &row->first), show_moment(last, &row->last),
		show_number(messages, row->messages),
		show_number(recipients, row->recipients),
		lists[0] ? lists : NULL});
	free(lists);
}

/* Breaks at spaces, with an indent; a word that is too long stays whole. */
static void
print_wrapped(const char *text, int indent)
{
	int column = indent;

	for (const char *at = text; *at;) {
		int length = strcspn(at, " ");

		if (column > indent && column + 1 + length > WIDTH) {
			printf("\n%*s", indent, "");
			column = indent;
		} else if (column > indent) {
			putchar(' ');
			column++;
		}
		printf("%.*s", length, at);
		column += length;
		at += length;
		at += strspn(at, " ");
	}
	putchar('\n');
}

static void
print_detail(const struct tally_row *row)
{
	printf("%s %s\n", row->receiver, words[row->class].verdict);
	printf("  reply    ");
	print_wrapped(row->sample[0] ? row->sample : "-", 11);
	printf("  removal  %s\n\n",
	    row->removal[0] ? row->removal : "ask the receiver's postmaster");
}

static void
print_receivers(struct tally *tally)
{
	struct table *table;
	size_t count;
	const struct tally_row *const *rows = tally_rows(tally, &count);

	if (count == 0) {
		puts("Nobody blocked or throttled us.\n");
		return;
	}
	table = table_create((const char *[]){"RECEIVER", "WHAT", "SINCE",
	    "UNTIL", "MESSAGES", "RECIPIENTS", "LISTS", NULL});
	for (size_t i = 0; i < count; i++)
		add_row(table, rows[i]);
	table_print(table, stdout, table_may_colour(stdout));
	table_destroy(&table);
	putchar('\n');
	for (size_t i = 0; i < count; i++)
		print_detail(rows[i]);
	if (tally_is_full(tally))
		printf("There were more messages and recipients than are told "
		       "apart (%d): these\nnumbers are too low.\n\n",
		    TALLY_DISTINCT_MAX);
}

static void
print_addresses(const struct summary *summary, const struct tally *tally)
{
	size_t count;
	const struct tally_address *addresses = tally_addresses(tally, &count);
	char text[ADDRESS_TEXT_MAX], number[NUMBER_TEXT_MAX];

	if (count == 0)
		return;
	fputs("Addresses that these replies name: ", stdout);
	for (size_t i = 0; i < count; i++)
		printf("%s%s (%s)", i ? ", " : "",
		    address_format(text, &addresses[i].address),
		    show_number(number, addresses[i].replies));
	puts(".");
	if (!summary->knows_ours)
		puts("If one of them is not yours, name yours by --ours "
		     "ADDRESS: then replies\nabout others do not count.");
	putchar('\n');
}

static void
print_others(const struct summary *summary)
{
	struct table *table = table_create(
	    (const char *[]){"OTHER FAILURES", "ATTEMPTS", "MEANING", NULL});
	uint64_t sum = 0;
	char number[NUMBER_TEXT_MAX];

	for (int class = 0; class < REPLY_CLASSES; class ++) {
		if (!words[class].meaning || summary->classes[class] == 0)
			continue;
		sum += summary->classes[class];
		table_add(table, COLOUR_NONE,
		    (const char *[]){reply_class_name(class),
			show_number(number, summary->classes[class]),
			words[class].meaning});
	}
	if (sum > 0)
		table_print(table, stdout, table_may_colour(stdout));
	else
		puts("No other failures.");
	table_destroy(&table);
}

void
summary_print(const struct summary *summary, struct tally *tally)
{
	if (summary->sent + summary->deferred + summary->bounced == 0) {
		printf("No attempt to deliver mail to another host in %" PRIu64
		       " lines.\nExpected a log of Postfix or Sendmail.\n",
		    summary->lines);
		return;
	}
	print_heading(summary);
	print_receivers(tally);
	print_addresses(summary, tally);
	print_others(summary);
}

/* ---- for machines ------------------------------------------------------- */

static json_t *
moment_json(const struct moment *moment)
{
	const struct stamp *stamp = &moment->stamp;

	if (stamp->month == 0)
		return json_null();
	return json_sprintf("%04d-%02d-%02dT%02d:%02d:%02d%s", stamp->year,
	    stamp->month, stamp->day, stamp->hour, stamp->minute, stamp->second,
	    moment->zone);
}

static json_t *
text_json(const char *text)
{
	return text[0] ? json_string(text) : json_null();
}

static json_t *
row_json(const struct tally_row *row)
{
	json_t *object = json_object(), *lists = json_array();

	for (size_t i = 0; i < row->list_count; i++)
		json_array_append_new(lists, json_string(row->lists[i]));
	json_object_set_new(object, "receiver", json_string(row->receiver));
	json_object_set_new(
	    object, "class", json_string(reply_class_name(row->class)));
	json_object_set_new(object, "first", moment_json(&row->first));
	json_object_set_new(object, "last", moment_json(&row->last));
	json_object_set_new(object, "messages", json_integer(row->messages));
	json_object_set_new(
	    object, "recipients", json_integer(row->recipients));
	json_object_set_new(object, "lists", lists);
	json_object_set_new(object, "sample", text_json(row->sample));
	json_object_set_new(object, "removal", text_json(row->removal));
	return object;
}

void
summary_print_json(const struct summary *summary, struct tally *tally)
{
	json_t *all = json_object(), *receivers = json_array();
	json_t *classes = json_object();
	size_t count;
	const struct tally_row *const *rows = tally_rows(tally, &count);

	for (size_t i = 0; i < count; i++)
		json_array_append_new(receivers, row_json(rows[i]));
	for (int class = 0; class < REPLY_CLASSES; class ++)
		json_object_set_new(classes, reply_class_name(class),
		    json_integer(summary->classes[class]));
	json_object_set_new(all, "receivers", receivers);
	json_object_set_new(all, "classes", classes);
	json_dumpf(all, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(all);
}
