#include "sheet.h"

#include "base/alloc.h"
#include "base/line.h"
#include "base/table.h"
#include "checkup.h"
#include "chronicle.h"
#include "config/config.h"
#include "config/directory.h"
#include "evidence/survey.h"

#include <jansson.h>

#include <stdlib.h>
#include <string.h>

#define URL_MAX 1024
#define NAMES_MAX 400 /* bytes, in the line for monitoring */

static const char *const state_names[] = {
    [CHECKUP_CLEAN] = "clean",
    [CHECKUP_BELOW] = "listed below the threshold",
    [CHECKUP_LISTED] = "listed",
    [CHECKUP_UNKNOWN] = "unknown",
};

/* The lists of a directory are the administrator's own text, but not always
   written by him. */
static char *
escaped(const char *bytes, size_t length)
{
	size_t size = 4 * length + 4;
	char *text = alloc_zeroed(size, 1);

	line_escape(text, size, bytes, length);
	return text;
}

static const char *
removal_of(const struct survey_row *row, const struct checkup *checkup,
    char url[URL_MAX])
{
	const struct list *list = row->use->list;
	const char *from = list->removal ? list->removal : list->lookup;
	char text[CHECKUP_SUBJECT_MAX];

	if (!from || row->answer.result != RESULT_LISTED)
		return NULL;
	return list_url(url, URL_MAX, from,
	    checkup_subject_text(text, checkup, row->subject));
}

/* Since when the daemon has seen it; borrowed, NULL where nobody knows. */
static const char *
since_of(const struct survey_row *row, const struct checkup *checkup)
{
	char text[CHECKUP_SUBJECT_MAX];

	if (!checkup->chronicle || row->answer.result != RESULT_LISTED)
		return NULL;
	return chronicle_since(checkup->chronicle,
	    checkup_subject_text(text, checkup, row->subject),
	    row->use->list->id);
}

/* The rows that the what-to-do is about, or of one subject; heaviest first. */
static const struct survey_row **
pick(const struct checkup *checkup,
    bool (*wanted)(const struct survey_row *, size_t), size_t subject,
    size_t *count)
{
	const struct survey_row **rows =
	    alloc_zeroed(checkup->row_count, sizeof(struct survey_row *));

	*count = 0;
	for (size_t i = 0; i < checkup->row_count; i++)
		if (wanted(&checkup->rows[i], subject))
			rows[(*count)++] = &checkup->rows[i];
	return rows;
}

static bool
is_of_subject(const struct survey_row *row, size_t subject)
{
	return row->subject == subject;
}

static bool
is_trouble(const struct survey_row *row, size_t subject)
{
	(void)subject;
	return checkup_is_against(row);
}

static int
rank(const struct survey_row *row)
{
	if (checkup_is_against(row))
		return 0;
	return row->answer.result == RESULT_UNKNOWN ? 1 : 2;
}

/* Trouble first, then by weight and impact, then as they were asked. */
static int
compare(const void *a, const void *b)
{
	const struct survey_row *x = *(const struct survey_row *const *)a;
	const struct survey_row *y = *(const struct survey_row *const *)b;
	int order = rank(x) - rank(y);

	if (order == 0)
		order = checkup_weight(y) - checkup_weight(x);
	if (order == 0)
		order = y->use->list->impact - x->use->list->impact;
	if (order == 0)
		order = x < y ? -1 : 1;
	return order;
}

static int
compare_by_subject(const void *a, const void *b)
{
	const struct survey_row *x = *(const struct survey_row *const *)a;
	const struct survey_row *y = *(const struct survey_row *const *)b;

	if (x->subject != y->subject)
		return x->subject < y->subject ? -1 : 1;
	return compare(a, b);
}

/* ---- tables ------------------------------------------------------------- */

static enum colour
colour_of(const struct survey_row *row)
{
	if (row->answer.result == RESULT_UNKNOWN)
		return COLOUR_GREY;
	return checkup_is_against(row) ? COLOUR_RED : COLOUR_GREEN;
}

static char *
meaning_of(const struct survey_row *row)
{
	char codes[DNSBL_CODES_TEXT_MAX], address[ADDRESS_TEXT_MAX];

	if (row->answer.result == RESULT_UNKNOWN)
		return escaped(row->cause, strlen(row->cause));
	if (row->answer.result == RESULT_CLEAN)
		return NULL;
	return alloc_printf("%s (%s)%s",
	    dnsbl_codes_text(codes, row->use->list, &row->answer),
	    dnsbl_address_text(address, &row->answer),
	    checkup_is_against(row) ? "" : ", which speaks for it");
}

static void
add_row(struct table *table, const struct checkup *checkup,
    const struct survey_row *row)
{
	char url[URL_MAX], *meaning = meaning_of(row);

	table_add(table, colour_of(row),
	    (const char *[]){row->use->list->provider, row->use->list->id,
		result_name(row->answer.result), meaning,
		since_of(row, checkup), removal_of(row, checkup, url)});
	free(meaning);
}

/* Why a subject is unknown, before any table. */
static void
print_reason(const struct checkup *checkup, size_t index, FILE *to)
{
	size_t count;
	const char *cause = checkup_usual_cause(checkup, index, &count);
	char *text;

	if (checkup->subjects[index].state != CHECKUP_UNKNOWN || !cause)
		return;
	text = escaped(cause, strlen(cause));
	fprintf(to,
	    "Too few lists answered. Of %zu the cause is: %s. Does name "
	    "resolution work here?\n--server asks another DNS server.\n",
	    count, text);
	free(text);
}

static void
print_heading(const struct checkup *checkup, size_t index, FILE *to)
{
	const struct checkup_subject *s = &checkup->subjects[index];
	char text[CHECKUP_SUBJECT_MAX];

	fputs(checkup_subject_text(text, checkup, index), to);
	if (s->via)
		fprintf(to, " (%s)", s->via);
	fprintf(to, ": %s; %zu of %zu lists list it, %zu did not say",
	    state_names[s->state], s->listed, s->listed + s->clean + s->unknown,
	    s->unknown);
	if (s->weight > 0)
		fprintf(to, "; weight %d of %d", s->weight, checkup->listed_at);
	fputc('\n', to);
	print_reason(checkup, index, to);
	fputc('\n', to);
}

static void
print_subject(
    const struct checkup *checkup, size_t index, FILE *to, bool with_colour)
{
	struct table *table = table_create((const char *[]){
	    "PROVIDER", "LIST", "RESULT", "MEANING", "SINCE", "REMOVAL", NULL});
	size_t count;
	const struct survey_row **rows =
	    pick(checkup, is_of_subject, index, &count);

	print_heading(checkup, index, to);
	qsort(rows, count, sizeof rows[0], compare);
	for (size_t i = 0; i < count; i++)
		add_row(table, checkup, rows[i]);
	table_print(table, to, with_colour);
	fputc('\n', to);
	table_destroy(&table);
	free(rows);
}

/* ---- what to do --------------------------------------------------------- */

static const char *
how_text(const struct list *list)
{
	if (list->advice)
		return list->advice;
	switch ((enum list_how)list->how) {
	case HOW_SELF_SERVICE:
		return "ask there; it is taken off at once or soon after";
	case HOW_WAITING:
		return "nothing to ask: it ends by itself once the cause is "
		       "gone";
	case HOW_EMAIL:
		return "write to them";
	case HOW_PAID:
		return "it ends by itself; sooner only for money";
	case HOW_ISP:
		return "only the owner of the network can ask";
	case HOW_NEVER:
		return "they take nobody off";
	case HOW_UNKNOWN:
		break;
	}
	return NULL;
}

/* What more than the address is listed; NULL if it is the address. */
static const char *
scope_text(const struct survey_row *row)
{
	const struct list *list = row->use->list;
	enum scope scope = SCOPE_ADDRESS;

	for (size_t i = 0; i < list->code_count; i++) {
		if (!(row->answer.codes >> i & 1))
			continue;
		scope = list->codes[i].scope;
		if (scope == SCOPE_ADDRESS)
			return NULL;
	}
	switch (scope) {
	case SCOPE_RANGE:
		return "it lists the range around the address, for what its "
		       "neighbours did";
	case SCOPE_ASN:
		return "it lists the whole network that the address is in";
	case SCOPE_POLICY:
		return "it is no accusation: such addresses should not send "
		       "mail by themselves";
	case SCOPE_ADDRESS:
		break;
	}
	return NULL;
}

static void
print_field(FILE *to, const char *name, const char *text)
{
	if (text && text[0] != '\0')
		fprintf(to, "   %-8s %s\n", name, text);
}

static void
print_step(const struct checkup *checkup, const struct survey_row *row,
    size_t number, FILE *to)
{
	const struct list *list = row->use->list;
	char codes[DNSBL_CODES_TEXT_MAX], buffer[CHECKUP_SUBJECT_MAX];
	const char *subject =
	    checkup_subject_text(buffer, checkup, row->subject);
	char url[URL_MAX], *text = NULL;

	fprintf(to, "%zu. %s %s lists %s (impact: %s)\n", number,
	    list->provider, dnsbl_codes_text(codes, list, &row->answer),
	    subject, list_impact_name(list->impact));
	if (row->text)
		text = escaped(row->text, row->text_length);
	print_field(to, "says:", text);
	print_field(to, "note:", scope_text(row));
	if (list->lookup)
		print_field(to,
		    "why:", list_url(url, sizeof url, list->lookup, subject));
	print_field(to, "removal:", removal_of(row, checkup, url));
	print_field(to, "how:", how_text(list));
	free(text);
}

static void
print_steps(const struct checkup *checkup, FILE *to)
{
	size_t count;
	const struct survey_row **rows = pick(checkup, is_trouble, 0, &count);

	qsort(rows, count, sizeof rows[0], compare);
	if (count > 0)
		fputs("What to do, heaviest first:\n\n", to);
	for (size_t i = 0; i < count; i++)
		print_step(checkup, rows[i], i + 1, to);
	if (count > 0)
		fputc('\n', to);
	free(rows);
}

static void
print_end(const struct checkup *checkup, FILE *to)
{
	for (size_t i = 0; i < checkup->note_count; i++)
		fprintf(to, "note: %s\n", checkup->notes[i]);
	if (checkup->keyless > 0)
		fprintf(to, "%zu lists need a key and were not asked.\n",
		    checkup->keyless);
}

void
sheet_print(const struct checkup *checkup, FILE *to, bool with_colour)
{
	char reason[CHECKUP_REASON_MAX];

	if (checkup_is_deaf(checkup, reason)) {
		fprintf(to, "UNKNOWN: %s.\n", reason);
		fputs("Nothing can be said of any address. Does name "
		      "resolution work here? --server\nasks another DNS "
		      "server.\n",
		    to);
	} else {
		for (size_t i = 0; i < checkup->subject_count; i++)
			print_subject(checkup, i, to, with_colour);
		print_steps(checkup, to);
	}
	if (checkup->subject_count == 0)
		fputs("UNKNOWN: there is no address to check.\n", to);
	print_end(checkup, to);
}

/* ---- JSON --------------------------------------------------------------- */

static json_t *
string_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

/* Foreign bytes may be no UTF-8, so they are escaped here too. */
static json_t *
foreign(const char *bytes, size_t length)
{
	char *text = bytes ? escaped(bytes, length) : NULL;
	json_t *value = string_or_null(text);

	free(text);
	return value;
}

static json_t *
row_json(const struct checkup *checkup, const struct survey_row *row)
{
	const struct answer *answer = &row->answer;
	bool is_listed = answer->result == RESULT_LISTED;
	char subject[CHECKUP_SUBJECT_MAX], code[ADDRESS_TEXT_MAX];
	char codes[DNSBL_CODES_TEXT_MAX], url[URL_MAX];
	json_t *object = json_object();

	dnsbl_codes_text(codes, row->use->list, answer);
	dnsbl_address_text(code, answer);
	json_object_set_new(object, "subject",
	    json_string(checkup_subject_text(subject, checkup, row->subject)));
	json_object_set_new(object, "list", json_string(row->use->list->id));
	json_object_set_new(object, "provider",
	    foreign(
		row->use->list->provider, strlen(row->use->list->provider)));
	json_object_set_new(
	    object, "result", json_string(result_name(answer->result)));
	json_object_set_new(
	    object, "name", string_or_null(is_listed ? codes : NULL));
	json_object_set_new(
	    object, "code", string_or_null(is_listed ? code : NULL));
	json_object_set_new(object, "text",
	    foreign(is_listed ? row->text : NULL, row->text_length));
	json_object_set_new(object, "cause",
	    foreign(row->cause[0] ? row->cause : NULL, strlen(row->cause)));
	json_object_set_new(object, "ttl",
	    answer->result == RESULT_UNKNOWN ? json_null()
					     : json_integer(answer->ttl_sec));
	json_object_set_new(
	    object, "since", string_or_null(since_of(row, checkup)));
	json_object_set_new(
	    object, "removal", string_or_null(removal_of(row, checkup, url)));
	return object;
}

static json_t *
subject_json(const struct checkup *checkup, size_t index)
{
	const struct checkup_subject *subject = &checkup->subjects[index];
	char text[CHECKUP_SUBJECT_MAX];

	return json_pack("{s:s, s:s?, s:s, s:i, s:i, s:i, s:i}", "subject",
	    checkup_subject_text(text, checkup, index), "via", subject->via,
	    "state", state_names[subject->state], "weight", subject->weight,
	    "listed", (int)subject->listed, "clean", (int)subject->clean,
	    "unknown", (int)subject->unknown);
}

void
sheet_print_json(const struct checkup *checkup, FILE *to)
{
	json_t *checks = json_array(), *subjects = json_array();
	json_t *notes = json_array(), *whole;
	char reason[CHECKUP_REASON_MAX];
	bool is_deaf = checkup_is_deaf(checkup, reason);

	for (size_t i = 0; i < checkup->row_count; i++)
		json_array_append_new(
		    checks, row_json(checkup, &checkup->rows[i]));
	for (size_t i = 0; i < checkup->subject_count; i++)
		json_array_append_new(subjects, subject_json(checkup, i));
	for (size_t i = 0; i < checkup->note_count; i++)
		json_array_append_new(notes, json_string(checkup->notes[i]));
	whole = json_pack("{s:o, s:o, s:s, s:i, s:s?, s:o, s:i}", "checks",
	    checks, "subjects", subjects, "state", state_names[checkup->state],
	    "listed_at", checkup->listed_at, "reason", is_deaf ? reason : NULL,
	    "notes", notes, "took_ms", (int)checkup->took_ms);
	json_dumpf(whole, to, JSON_INDENT(2));
	fputc('\n', to);
	json_decref(whole);
}

/* ---- monitoring --------------------------------------------------------- */

static void
append(char text[NAMES_MAX], const char *more)
{
	size_t used = strlen(text), length = strlen(more);

	if (used + length < NAMES_MAX - sizeof "...")
		strcpy(text + used, more);
	else if (used < 3 || strcmp(text + used - 3, "...") != 0)
		strcpy(text + used, "...");
}

/* "203.0.113.5 is listed by Spamhaus SBL, SpamCop; ..." */
static void
blame_text(const struct checkup *checkup, char text[NAMES_MAX])
{
	size_t last = SIZE_MAX, count;
	const struct survey_row **rows = pick(checkup, is_trouble, 0, &count);

	text[0] = '\0';
	qsort(rows, count, sizeof rows[0], compare_by_subject);
	for (size_t i = 0; i < count; i++) {
		const struct survey_row *row = rows[i];
		char codes[DNSBL_CODES_TEXT_MAX];
		char subject[CHECKUP_SUBJECT_MAX];

		if (row->subject != last) {
			append(text, last == SIZE_MAX ? "" : "; ");
			append(text, checkup_subject_text(
					 subject, checkup, row->subject));
			append(text, " is listed by ");
		} else {
			append(text, ", ");
		}
		append(text, row->use->list->provider);
		append(text, " ");
		append(text,
		    dnsbl_codes_text(codes, row->use->list, &row->answer));
		last = row->subject;
	}
	free(rows);
}

struct counts {
	size_t listed, clean, unknown;
};

static struct counts
count_all(const struct checkup *checkup)
{
	struct counts counts = {0, 0, 0};

	for (size_t i = 0; i < checkup->subject_count; i++) {
		counts.listed += checkup->subjects[i].listed;
		counts.clean += checkup->subjects[i].clean;
		counts.unknown += checkup->subjects[i].unknown;
	}
	return counts;
}

/* A bar would begin the performance data. */
static void
print_without_bars(const char *text, FILE *to)
{
	for (; *text; text++)
		fputc(*text == '|' ? '/' : *text, to);
}

/* Of the first subject that is unknown. */
static void
print_plugin_reason(
    const struct checkup *checkup, const struct counts *counts, FILE *to)
{
	const char *cause = NULL;
	size_t count;

	fprintf(to, "only %zu of %zu lists answered", counts->clean,
	    counts->clean + counts->unknown);
	for (size_t i = 0; i < checkup->subject_count && !cause; i++)
		if (checkup->subjects[i].state == CHECKUP_UNKNOWN)
			cause = checkup_usual_cause(checkup, i, &count);
	if (cause) {
		char *text = escaped(cause, strlen(cause));

		fprintf(to, "; %zu: ", count);
		print_without_bars(text, to);
		free(text);
	}
}

/* "1 address", "2 addresses". */
static void
print_number(size_t number, const char *word, const char *more, FILE *to)
{
	fprintf(to, "%zu %s%s", number, word, number == 1 ? "" : more);
}

static void
print_plugin_clean(
    const struct checkup *checkup, const struct counts *counts, FILE *to)
{
	size_t domains = 0;

	for (size_t i = 0; i < checkup->subject_count; i++)
		domains += checkup->subjects[i].domain != NULL;
	print_number(checkup->subject_count - domains, "address", "es", to);
	if (domains > 0) {
		fputs(" and ", to);
		print_number(domains, "domain", "s", to);
		fputs(" on no list, by ", to);
		print_number(counts->clean, "answer", "s", to);
	} else {
		fputs(" on none of ", to);
		print_number(
		    counts->clean / checkup->subject_count, "list", "s", to);
	}
}

static void
print_plugin_text(
    const struct checkup *checkup, const struct counts *counts, FILE *to)
{
	static const char *const words[] = {
	    [CHECKUP_CLEAN] = "OK",
	    [CHECKUP_BELOW] = "WARNING",
	    [CHECKUP_LISTED] = "CRITICAL",
	    [CHECKUP_UNKNOWN] = "UNKNOWN",
	};
	char names[NAMES_MAX], reason[CHECKUP_REASON_MAX];

	fprintf(to, "REPGATE %s - ", words[checkup->state]);
	blame_text(checkup, names);
	if (checkup_is_deaf(checkup, reason)) {
		fputs(reason, to);
	} else if (names[0] == '\0' &&
		   (checkup->subject_count == 0 || checkup->is_unresolved)) {
		fputs("no address to check: ", to);
		print_without_bars(
		    checkup->note_count > 0 ? checkup->notes[0] : "none named",
		    to);
	} else if (names[0] != '\0') {
		print_without_bars(names, to);
	} else if (checkup->state == CHECKUP_UNKNOWN) {
		print_plugin_reason(checkup, counts, to);
	} else {
		print_plugin_clean(checkup, counts, to);
	}
}

void
sheet_print_plugin(const struct checkup *checkup, FILE *to)
{
	struct counts counts = count_all(checkup);

	print_plugin_text(checkup, &counts, to);
	fprintf(to,
	    " | listed=%zu;;;0 unknown=%zu;;;0 clean=%zu;;;0 "
	    "time=%lld.%03llds;;;0\n",
	    counts.listed, counts.unknown, counts.clean,
	    (long long)(checkup->took_ms / 1000),
	    (long long)(checkup->took_ms % 1000));
}
