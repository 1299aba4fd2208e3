#include "admin/advice.h"

#include "base/line.h"
#include "admin/checkup.h"
#include "config/directory.h"
#include "config/config.h"
#include "evidence/survey.h"

#include <stdlib.h>

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
	char url[CHECKUP_URL_MAX], *text = NULL;

	fprintf(to, "%zu. %s %s lists %s (impact: %s)\n", number,
	    list->provider, dnsbl_codes_text(codes, list, &row->answer),
	    subject, list_impact_name(list->impact));
	if (row->text)
		text = line_escaped(row->text, row->text_length);
	print_field(to, "says:", text);
	print_field(to, "note:", scope_text(row));
	if (list->lookup)
		print_field(to,
		    "why:", list_url(url, sizeof url, list->lookup, subject));
	print_field(to, "removal:", checkup_removal(checkup, row, url));
	print_field(to, "how:", how_text(list));
	free(text);
}

void
advice_print(const struct checkup *checkup, FILE *to)
{
	size_t count;
	const struct survey_row **rows = checkup_trouble(checkup, &count);

	if (count > 0)
		fputs("What to do, heaviest first:\n\n", to);
	for (size_t i = 0; i < count; i++)
		print_step(checkup, rows[i], i + 1, to);
	if (count > 0)
		fputc('\n', to);
	free(rows);
}
