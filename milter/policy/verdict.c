#include "policy/verdict.h"

#include "base/line.h"
#include "policy/facts.h"
#include "standing/board.h"

#include <stdio.h>

void
verdict_blame(const struct verdict *verdict, struct blame *out)
{
	if (verdict->domain) {
		snprintf(out->subject, sizeof out->subject, "%s",
		    verdict->domain->subject);
		out->blocked_by = verdict->domain->blocked_by;
		out->removal = verdict->domain->removal;
		return;
	}
	/* Behind "auto" it may not be known yet. */
	if (verdict->standing->address.family == 0 && verdict->egress)
		snprintf(out->subject, sizeof out->subject, "%s",
		    verdict->egress->name);
	else
		address_format(out->subject, &verdict->standing->address);
	out->blocked_by = verdict->receiver ? verdict->receiver->blocked_by
					    : verdict->standing->blocked_by;
	out->removal = verdict->receiver ? verdict->receiver->removal
					 : verdict->standing->removal;
}

static void
add_given(struct line *line, const char *key, const char *value)
{
	if (value && value[0])
		line_add(line, key, value);
}

static void
add_blame(struct line *line, const struct verdict *verdict)
{
	struct blame blame;

	verdict_blame(verdict, &blame);
	if (verdict->domain)
		line_add(line, "domain", blame.subject);
	else if (verdict->standing->address.family != 0)
		line_add(line, "address", blame.subject);
	add_given(line, "blocked-by", blame.blocked_by);
	if (!verdict->domain && !verdict->receiver &&
	    verdict->standing->is_returning)
		line_add_number(line, "share", verdict->standing->direct_share);
}

static void
add_verdict(struct line *line, const struct verdict *verdict)
{
	line_add(line, "action", action_name(verdict->action));
	if (verdict->route)
		line_add(line, "via", verdict->route->name);
	line_add(line, "probe", verdict->probe);
	if (verdict->egress)
		line_add(line, "egress", verdict->egress->name);
	if (verdict->standing)
		add_blame(line, verdict);
	if (verdict->rule)
		line_add(line, "rule", verdict->rule->name);
}

void
verdict_line(struct line *line, const struct verdict *verdict,
    const struct facts *facts, enum mode mode, const char *queue_id,
    const char *cause)
{
	line_start(line, "gate");
	add_given(line, "qid", queue_id);
	add_verdict(line, verdict);
	line_add_mailbox(line, "from", facts->sender);
	if (verdict->is_gated)
		line_add_number(line, "rcpts", verdict->outbound_count);
	add_given(line, "user", facts->user);
	line_add(line, "mode", mode_name(mode));
	add_given(line, "cause", cause);
}

void
verdict_line_of_answer(struct line *line, const struct verdict *verdict,
    enum door door, const char *address, enum mode mode)
{
	line_start(line, "gate");
	line_add(line, "door", door_name(door));
	add_verdict(line, verdict);
	line_add_mailbox(line, door == DOOR_SENDER ? "from" : "to", address);
	line_add(line, "mode", mode_name(mode));
}
