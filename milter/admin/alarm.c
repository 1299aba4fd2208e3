#include "admin/alarm.h"

#include "base/line.h"
#include "admin/checkup.h"
#include "config/directory.h"
#include "config/config.h"
#include "evidence/survey.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 400

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
	const struct survey_row **rows =
	    checkup_trouble_by_subject(checkup, &count);

	text[0] = '\0';
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
		char *text = line_escaped(cause, strlen(cause));

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
alarm_print(const struct checkup *checkup, FILE *to)
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
