#include "evidence/subjects.h"

#include "base/address.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "evidence/finding.h"
#include "evidence/subject.h"

#include <stdlib.h>

static struct subject *
add(struct subjects *subjects)
{
	struct subject *subject = alloc_zeroed(1, sizeof *subject);

	subject->place = subjects->count;
	subject->seen_ms = CLOCK_NEVER;
	subjects->items = alloc_resize(
	    subjects->items, subjects->count + 1, sizeof(struct subject *));
	subjects->items[subjects->count++] = subject;
	return subject;
}

struct subject *
subjects_add_address(struct subjects *subjects, const struct address *address)
{
	struct subject *subject = add(subjects);

	subject->address = *address;
	return subject;
}

struct subject *
subjects_add_domain(struct subjects *subjects, const char *domain)
{
	struct subject *subject = add(subjects);

	subject->domain = alloc_string(domain);
	return subject;
}

void
subjects_remove(struct subjects *subjects, struct subject *subject)
{
	struct subject *last = subjects->items[--subjects->count];

	last->place = subject->place;
	subjects->items[last->place] = last;
	subject_destroy(subject);
}

void
subjects_clear(struct subjects *subjects)
{
	for (size_t i = 0; i < subjects->count; i++)
		subject_destroy(subjects->items[i]);
	free(subjects->items);
	*subjects = (struct subjects){0};
}

struct subject *
subjects_find(const struct subjects *subjects, const struct address *address)
{
	for (size_t i = 0; i < subjects->count; i++)
		if (address_equal(&subjects->items[i]->address, address))
			return subjects->items[i];
	return NULL;
}

void
subjects_configure(struct subjects *subjects, const struct config *config,
    const struct roster *roster, int64_t now_ms)
{
	subjects->address_findings = 0;
	for (size_t i = 0; i < subjects->count; i++) {
		struct subject *subject = subjects->items[i];

		subject_configure(subject, config, roster, now_ms);
		if (!subject->domain)
			subjects->address_findings += subject->finding_count;
	}
}

struct finding *
subjects_next_finding(struct subjects *subjects, struct subject **subject)
{
	size_t *next = &subjects->next_address.subject;
	size_t *finding = &subjects->next_address.finding;

	for (;;) {
		if (*next >= subjects->count)
			*next = *finding = 0;
		*subject = subjects->items[*next];
		if (!(*subject)->domain && *finding < (*subject)->finding_count)
			return &(*subject)->findings[(*finding)++];
		++*next;
		*finding = 0;
	}
}

struct subject *
subjects_next_domain(struct subjects *subjects)
{
	struct subject *subject =
	    subjects->items[subjects->next_domain++ % subjects->count];

	return subject->domain ? subject : NULL;
}
