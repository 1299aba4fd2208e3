#include "evidence/inquiry.h"

#include "base/alloc.h"
#include "evidence/finding.h"
#include "evidence/subject.h"

#include <stdlib.h>

struct inquiry *
inquiry_open(struct inquiries *of, struct subject *subject, size_t finding)
{
	struct inquiry *inquiry = alloc_zeroed(1, sizeof *inquiry);

	inquiry->of = of;
	inquiry->subject = subject;
	inquiry->finding = finding;
	LIST_INSERT_HEAD(&of->open, inquiry, link);
	of->domains += subject->domain != NULL;
	of->addresses += subject->domain == NULL;
	inquiry_finding(inquiry)->is_asking = true;
	return inquiry;
}

static void
detach(struct inquiry *inquiry)
{
	struct inquiries *of = inquiry->of;

	of->domains -= inquiry->subject->domain != NULL;
	of->addresses -= inquiry->subject->domain == NULL;
	inquiry_finding(inquiry)->is_asking = false;
	LIST_REMOVE(inquiry, link);
	inquiry->of = NULL;
}

void
inquiry_close(struct inquiry *inquiry)
{
	if (inquiry->of)
		detach(inquiry);
	free(inquiry);
}

void
inquiries_forget(struct inquiries *inquiries, const struct subject *subject)
{
	struct inquiry *inquiry, *next;

	for (inquiry = LIST_FIRST(&inquiries->open); inquiry; inquiry = next) {
		next = LIST_NEXT(inquiry, link);
		if (subject && inquiry->subject != subject)
			continue;
		/* Those that wait for a test are not the resolver's. */
		if (inquiry->proof > 0)
			inquiry_close(inquiry);
		else
			detach(inquiry);
	}
}

struct finding *
inquiry_finding(const struct inquiry *inquiry)
{
	return &inquiry->subject->findings[inquiry->finding];
}

bool
inquiry_waits_for(const struct inquiry *inquiry, const struct tested *tested)
{
	return inquiry->proof > 0 && inquiry_finding(inquiry)->tested == tested;
}
