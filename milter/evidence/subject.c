#include "evidence/subject.h"

#include "base/alloc.h"
#include "config/config.h"
#include "config/directory.h"
#include "evidence/finding.h"
#include "evidence/roster.h"

#include <stdlib.h>
#include <string.h>

const char *
subject_text(char text[SUBJECT_TEXT_MAX], const struct subject *subject)
{
	if (!subject->domain)
		return address_format(text, &subject->address);
	strcpy(text, subject->domain);
	return text;
}

int
subject_question(char name[DNSBL_NAME_MAX], const struct subject *subject,
    const struct list_use *use)
{
	if (subject->domain)
		return dnsbl_domain_name(
		    name, use->list, use->zone, subject->domain);
	return dnsbl_name(name, use->list, use->zone, &subject->address);
}

/* An answer that came by another key is not carried over: that key may have
   been refused in a way that looks like "not listed". */
static struct finding *
find(struct finding *findings, size_t count, const struct list_use *use)
{
	for (size_t i = 0; i < count; i++)
		if (list_equal(findings[i].list, use->list) &&
		    strcmp(findings[i].use->zone, use->zone) == 0)
			return &findings[i];
	return NULL;
}

static void
free_findings(struct finding *findings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		finding_clear(&findings[i]);
	free(findings);
}

void
subject_configure(struct subject *subject, const struct config *config,
    const struct roster *roster, int64_t now_ms)
{
	uint8_t family =
	    subject->domain ? FAMILY_DOMAIN : subject->address.family;
	int64_t latest_ms = now_ms + config->dns.check_every_ms;
	struct finding *old = subject->findings;
	size_t old_count = subject->finding_count;
	char name[DNSBL_NAME_MAX];

	subject->finding_count = 0;
	subject->findings =
	    alloc_zeroed(config->list_count, sizeof *subject->findings);
	for (size_t i = 0; i < config->list_count; i++) {
		const struct list_use *use = &config->lists[i];
		struct finding *before = find(old, old_count, use), *finding;

		if (subject_question(name, subject, use) != 0)
			continue;
		finding = &subject->findings[subject->finding_count++];
		finding_init(
		    finding, use, roster_find(roster, use->list, family));
		if (before)
			finding_go_on(finding, before, latest_ms);
	}
	free_findings(old, old_count);
}

void
subject_destroy(struct subject *subject)
{
	free_findings(subject->findings, subject->finding_count);
	free(subject->domain);
	free(subject);
}
