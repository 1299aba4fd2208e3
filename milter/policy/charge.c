#include "policy/charge.h"

#include "policy/gate.h"
#include "standing/board.h"
#include "standing/budgets.h"
#include "standing/pledges.h"

#include <stdio.h>
#include <string.h>

/* Of a question; longer ones are cut, and then may stand for each other. */
#define KEY_MAX 1024

/* Of a message that is to go by a route: what the map will be asked. */
struct bill {
	struct budgets *budgets;
	const struct board *board;
	const struct facts *facts;
	const struct route *route;
	int64_t now_ms;
	bool is_by_sender; /* Postfix's question about the sender is paid */
};

static uint64_t
bit_of(const struct board *board, const struct route *route)
{
	return UINT64_C(1) << (route - board->config->routes);
}

static bool
is_counted(const struct verdict *verdict)
{
	return verdict->action == ACTION_REROUTE && budgets_has(verdict->route);
}

static const char *
or_none(const char *text)
{
	return text ? text : "";
}

/* What is told at that door; which one it is shows by the separators. */
static void
write_key(char key[KEY_MAX], enum door door, const char *sender,
    const char *recipient)
{
	snprintf(key, KEY_MAX, "%s;%s",
	    door == DOOR_RECIPIENT ? "" : or_none(sender),
	    door == DOOR_SENDER ? "" : or_none(recipient));
}

static bool
is_answered(const struct bill *bill, enum door door, const char *sender,
    const struct recipient *recipient)
{
	const struct facts facts = {.sender = sender,
	    .recipients = recipient,
	    .recipient_count = 1,
	    .shut = bill->facts->shut};
	struct verdict answer;

	gate_answer_facts(bill->board, door, &facts, &answer);
	return answer.action == ACTION_REROUTE && answer.route == bill->route;
}

static bool
is_by_sender(const struct bill *bill)
{
	const struct recipient nobody = {0};

	return bill->board->config->mta != MTA_SENDMAIL &&
	       is_answered(bill, DOOR_SENDER, bill->facts->sender, &nobody);
}

/* The key of the question that will be paid: Postfix asks about the sender
   first, and then about the recipient for nothing. 0, or -1 if none goes by the
   route. */
static int
find_key(const struct bill *bill, const struct recipient *recipient,
    char key[KEY_MAX])
{
	const struct recipient asked = {
	    .address = recipient->address, .receiver = recipient->receiver};
	const char *sender = bill->facts->sender;
	enum door door = DOOR_RECIPIENT;

	if (!recipient_is_outbound(bill->board->config, recipient))
		return -1;
	if (bill->board->config->mta == MTA_SENDMAIL)
		door = DOOR_DELIVERY;
	if (bill->is_by_sender)
		door = DOOR_SENDER;
	else if (!is_answered(
		     bill, door, door == DOOR_DELIVERY ? sender : NULL, &asked))
		return -1;
	write_key(key, door, sender, recipient->address);
	return 0;
}

/* What was counted when the MTA asked before the message was taken in has one
   message for each recipient. Now it is counted once, and the questions to
   come are paid for. */
static int
pay_map(struct bill *bill)
{
	struct pledges *pledges = budgets_pledges(bill->budgets);
	const struct facts *facts = bill->facts;
	uint32_t recipients = 0, charged = 0;
	char key[KEY_MAX];

	bill->is_by_sender = is_by_sender(bill);
	for (size_t i = 0; i < facts->recipient_count; i++) {
		if (find_key(bill, &facts->recipients[i], key) != 0)
			continue;
		recipients++;
		charged += pledges_take_charges(
		    pledges, bill->route, key, 1, bill->now_ms);
	}
	if (budgets_settle(bill->budgets, bill->route, charged, recipients,
		bill->now_ms) != 0)
		return -1;
	for (size_t i = 0; i < facts->recipient_count; i++)
		if (find_key(bill, &facts->recipients[i], key) == 0)
			pledges_add(pledges, bill->route, key, 1, bill->now_ms);
	return 0;
}

static int
pay(struct bill *bill)
{
	if (bill->board->config->reroute_by == REROUTE_BY_MAP)
		return pay_map(bill);
	return budgets_take(bill->budgets, bill->route, 1,
	    bill->facts->recipient_count, bill->now_ms);
}

void
charge_message(struct budgets *budgets, const struct board *board,
    const struct facts *facts, int64_t now_ms, struct verdict *out)
{
	struct facts left = *facts;
	struct bill bill = {budgets, board, &left, NULL, now_ms, false};

	gate_decide(board, &left, out);
	while (board->config->mode == MODE_ENFORCE && is_counted(out)) {
		bill.route = out->route;
		if (pay(&bill) == 0)
			return;
		left.shut |= bit_of(board, out->route);
		gate_decide(board, &left, out);
	}
}

void
charge_undo(struct budgets *budgets, const struct board *board,
    const struct facts *facts, const struct verdict *verdict)
{
	if (is_counted(verdict) && board->config->mode == MODE_ENFORCE &&
	    board->config->reroute_by == REROUTE_BY_HEADER)
		budgets_give_back(
		    budgets, verdict->route, 1, facts->recipient_count);
}

/* FNV-1a; never 0. */
static uint64_t
name_hash(const char *name)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
	return hash | 1;
}

static bool
is_paid(struct budgets *budgets, const struct route *route, const char *key,
    bool is_free, int64_t now_ms)
{
	struct pledges *pledges = budgets_pledges(budgets);

	if (pledges_use(pledges, route, key, now_ms))
		return true;
	if (is_free)
		return budgets_has_room(budgets, route, now_ms);
	if (budgets_take(budgets, route, 1, 1, now_ms) != 0)
		return false;
	pledges_note_charge(pledges, route, key, now_ms);
	return true;
}

/* Notes what is asked on the slip. Whether that is not to be counted. */
static bool
take_slip(struct slip *slip, enum door door, const struct facts *facts)
{
	bool is_null = door == DOOR_SENDER && !or_none(facts->sender)[0];
	bool follows_null = door == DOOR_RECIPIENT && slip->is_null_sender;

	*slip = (struct slip){.is_null_sender = is_null};
	return is_null || follows_null || door == DOOR_MAILERTABLE;
}

void
charge_answer(struct budgets *budgets, const struct board *board,
    enum door door, const struct facts *facts, int64_t now_ms,
    struct slip *slip, struct verdict *out)
{
	uint64_t paid = door == DOOR_RECIPIENT ? slip->route : 0;
	bool is_free = take_slip(slip, door, facts);
	struct facts left = *facts;
	char key[KEY_MAX];

	write_key(key, door, facts->sender, facts->recipients->address);
	gate_answer_facts(board, door, &left, out);
	while (is_counted(out)) {
		uint64_t route = name_hash(out->route->name);

		if (paid == route)
			return;
		if (is_paid(budgets, out->route, key, is_free, now_ms)) {
			slip->route = door == DOOR_SENDER ? route : 0;
			return;
		}
		left.shut |= bit_of(board, out->route);
		gate_answer_facts(board, door, &left, out);
	}
}
