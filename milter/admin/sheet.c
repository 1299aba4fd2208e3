#include "admin/sheet.h"

#include "admin/advice.h"
#include "base/alloc.h"
#include "base/line.h"
#include "base/table.h"
#include "admin/checkup.h"
#include "admin/chronicle.h"
#include "config/config.h"
#include "config/directory.h"
#include "evidence/survey.h"

#include <jansson.h>

#include <stdlib.h>
#include <string.h>

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
		return line_escaped(row->cause, strlen(row->cause));
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
	char url[CHECKUP_URL_MAX], *meaning = meaning_of(row);

	table_add(table, colour_of(row),
	    (const char *[]){row->use->list->provider, row->use->list->id,
		result_name(row->answer.result), meaning,
		since_of(row, checkup), checkup_removal(checkup, row, url)});
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
	text = line_escaped(cause, strlen(cause));
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
	    checkup_state_name(s->state), s->listed,
	    s->listed + s->clean + s->unknown, s->unknown);
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
	    checkup_rows_of(checkup, index, &count);

	print_heading(checkup, index, to);
	for (size_t i = 0; i < count; i++)
		add_row(table, checkup, rows[i]);
	table_print(table, to, with_colour);
	fputc('\n', to);
	table_destroy(&table);
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
		advice_print(checkup, to);
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
	char *text = bytes ? line_escaped(bytes, length) : NULL;
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
	char codes[DNSBL_CODES_TEXT_MAX], url[CHECKUP_URL_MAX];
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
	json_object_set_new(object, "removal",
	    string_or_null(checkup_removal(checkup, row, url)));
	return object;
}

static json_t *
subject_json(const struct checkup *checkup, size_t index)
{
	const struct checkup_subject *subject = &checkup->subjects[index];
	char text[CHECKUP_SUBJECT_MAX];

	return json_pack("{s:s, s:s?, s:s, s:i, s:i, s:i, s:i}", "subject",
	    checkup_subject_text(text, checkup, index), "via", subject->via,
	    "state", checkup_state_name(subject->state), "weight",
	    subject->weight, "listed", (int)subject->listed, "clean",
	    (int)subject->clean, "unknown", (int)subject->unknown);
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
	    checks, "subjects", subjects, "state",
	    checkup_state_name(checkup->state), "listed_at", checkup->listed_at,
	    "reason", is_deaf ? reason : NULL, "notes", notes, "took_ms",
	    (int)checkup->took_ms);
	json_dumpf(whole, to, JSON_INDENT(2));
	fputc('\n', to);
	json_decref(whole);
}
