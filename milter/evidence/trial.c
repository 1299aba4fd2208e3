#include "evidence/trial.h"

#include "base/alloc.h"
#include "config/config.h"
#include "evidence/control_entry.h"
#include "evidence/dnsbl.h"
#include "evidence/fitness.h"
#include "evidence/resolver.h"

#include <stdbool.h>
#include <stdlib.h>

struct trial {
	trial_done *done; /* NULL: forgotten */
	void *arg;
	struct resolver *resolver;
	const struct list_use *use;
	struct controls controls;
	struct answer answers[CONTROLS];
	bool is_zone_asked, has_zone, is_cancelled;
	int open; /* questions */
};

/* One open question. */
struct asked {
	struct trial *trial;
	int control;
};

static void on_zone(void *, enum dns_status, const struct message *);

/* An empty list and one that is gone look the same from below. */
static bool
wants_zone(const struct trial *trial, const struct flaw *flaw)
{
	return flaw->unfit == UNFIT_EMPTY && !trial->is_zone_asked;
}

static void
ask_zone(struct trial *trial)
{
	trial->is_zone_asked = true;
	trial->open++;
	resolver_ask(
	    trial->resolver, trial->use->zone, DNS_TYPE_A, on_zone, trial);
}

static void
end(struct trial *trial)
{
	struct flaw flaw;

	if (--trial->open > 0)
		return;
	fitness_judge(&trial->controls, trial->answers, trial->has_zone, &flaw);
	if (trial->done && !trial->is_cancelled && wants_zone(trial, &flaw)) {
		ask_zone(trial);
		return;
	}
	if (trial->done)
		trial->done(trial->arg, trial->is_cancelled ? NULL : &flaw);
	free(trial);
}

static void
on_zone(void *arg, enum dns_status status, const struct message *message)
{
	struct trial *trial = arg;

	trial->has_zone = status != DNS_RESPONSE || message->name_exists;
	trial->is_cancelled = status == DNS_CANCELLED;
	end(trial);
}

static void
on_control(void *arg, enum dns_status status, const struct message *message)
{
	struct asked *asked = arg;
	struct trial *trial = asked->trial;

	if (status == DNS_CANCELLED)
		trial->is_cancelled = true;
	else if (trial->done)
		dnsbl_read(trial->use->list, status, message,
		    &trial->answers[asked->control]);
	free(asked);
	end(trial);
}

static void
ask(struct trial *trial, int control)
{
	const struct address *subject = &trial->controls.items[control];
	char name[DNSBL_NAME_MAX];
	struct asked *asked;

	if (subject->family == 0)
		return;
	if (control_entry_name(
		name, trial->use->list, trial->use->zone, subject) != 0) {
		/* The zone is just too long for it. */
		trial->controls.items[control].family = 0;
		return;
	}
	asked = alloc_zeroed(1, sizeof *asked);
	asked->trial = trial;
	asked->control = control;
	trial->open++;
	resolver_ask(trial->resolver, name, DNS_TYPE_A, on_control, asked);
}

struct trial *
trial_start(struct resolver *resolver, const struct list_use *use,
    const struct controls *controls, trial_done *done, void *arg)
{
	struct trial *trial = alloc_zeroed(1, sizeof *trial);

	trial->done = done;
	trial->arg = arg;
	trial->resolver = resolver;
	trial->use = use;
	trial->controls = *controls;
	trial->has_zone = true;
	for (int i = 0; i < CONTROLS; i++)
		ask(trial, i);
	/* A list without any control entry has at least a zone. */
	if (trial->open == 0)
		ask_zone(trial);
	return trial;
}

void
trial_forget(struct trial **where)
{
	if (*where)
		(*where)->done = NULL;
	*where = NULL;
}
