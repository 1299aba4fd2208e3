#include "daemon/witness.h"

#include "base/address.h"
#include "base/alloc.h"
#include "base/line.h"
#include "config/config.h"
#include "config/directory.h"
#include "config/egresses.h"
#include "config/nexthop.h"
#include "evidence/delivery_status.h"
#include "evidence/receiver.h"
#include "evidence/senses.h"
#include "policy/remedy.h"
#include "standing/board.h"
#include "standing/receptions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* RFC 3463: delivery not authorized, for now. */
#define SOFT_PREFIX "OK 4.7.1 "

struct witness {
	const struct receptions *receptions;
	witness_heard *heard;
	void *arg;
	struct receiver_book *book;
	struct senses *senses;
};

/* One reply, and who gave it to whom. */
struct hearing {
	struct attempt attempt;
	char receiver[RECEIVER_NAME_MAX];
	size_t egress;
	struct meaning meaning;
};

struct witness *
witness_create(
    const struct receptions *receptions, witness_heard *heard, void *arg)
{
	struct witness *witness = alloc_zeroed(1, sizeof *witness);

	witness->receptions = receptions;
	witness->heard = heard;
	witness->arg = arg;
	return witness;
}

void
witness_configure(struct witness *witness, const struct config *config)
{
	const struct receivers *receivers = config->directory->receivers;

	receiver_book_destroy(&witness->book);
	senses_destroy(&witness->senses);
	witness->book = receiver_book_create(receivers);
	witness->senses = senses_create(receivers);
}

void
witness_destroy(struct witness **where)
{
	struct witness *witness = *where;

	if (!witness)
		return;
	*where = NULL;
	receiver_book_destroy(&witness->book);
	senses_destroy(&witness->senses);
	free(witness);
}

/* ---- what was said ------------------------------------------------------ */

static struct addresses
our_addresses(const struct board *board)
{
	struct addresses ours = {0};

	for (size_t i = 0; i < board->config->egress_count; i++) {
		const struct board_egress *egress = &board->egresses[i];

		if (egress->address_count == 0)
			continue;
		ours.items = alloc_resize(ours.items,
		    ours.count + egress->address_count, sizeof *ours.items);
		memcpy(ours.items + ours.count, egress->addresses,
		    egress->address_count * sizeof *ours.items);
		ours.count += egress->address_count;
	}
	return ours;
}

static void
read_meaning(
    struct witness *witness, const struct board *board, struct hearing *hearing)
{
	const struct attempt *attempt = &hearing->attempt;
	const struct piece *speaker = &attempt->speaker;
	const struct receiver *receiver =
	    receiver_find(witness->book, speaker->start, speaker->length);
	struct addresses ours = our_addresses(board);
	const struct reply reply = {
	    .text = attempt->text.start,
	    .length = attempt->text.length,
	    .stage = attempt->stage,
	    .receiver = receiver,
	    .ours = ours.items,
	    .our_count = ours.count,
	};

	if (receiver)
		snprintf(hearing->receiver, sizeof hearing->receiver, "%s",
		    receiver->name);
	else
		receiver_name(
		    speaker->start, speaker->length, hearing->receiver);
	senses_read(witness->senses, &reply, &hearing->meaning);
	free(ours.items);
}

/* ---- to whom ------------------------------------------------------------ */

static int
egress_by_name(const struct config *config, const char *name, size_t *out)
{
	const struct egress *egress = egresses_find(config, name);

	if (!egress)
		return -1;
	*out = egress - config->egresses;
	return 0;
}

static int
egress_by_address(
    const struct board *board, const struct address *address, size_t *out)
{
	for (size_t i = 0; i < board->config->egress_count; i++)
		for (size_t j = 0; j < board->egresses[i].address_count; j++)
			if (address_equal(
				&board->egresses[i].addresses[j], address)) {
				*out = i;
				return 0;
			}
	return -1;
}

/* The one that takes all that the others do not. */
static size_t
usual_egress(const struct config *config)
{
	for (size_t i = 0; i < config->egress_count; i++)
		if (config->egresses[i].senders.count +
			config->egresses[i].mailers.count ==
		    0)
			return i;
	return 0;
}

static int
find_egress(const struct board *board, const char *name,
    const struct meaning *meaning, size_t *out)
{
	if (name)
		return egress_by_name(board->config, name, out);
	if (meaning->quote == REPLY_QUOTES_US &&
	    egress_by_address(board, &meaning->address, out) == 0)
		return 0;
	*out = usual_egress(board->config);
	return 0;
}

/* ---- the answer --------------------------------------------------------- */

static bool
is_to_be_softened(const struct witness *witness, const struct board *board,
    const struct hearing *hearing, int64_t now_ms)
{
	const struct config *config = board->config;

	return config->mode == MODE_ENFORCE &&
	       hearing->attempt.status == ATTEMPT_BOUNCED &&
	       hearing->meaning.class == REPLY_IP_BLOCKED &&
	       receptions_refusing_ms(witness->receptions, hearing->egress,
		   hearing->receiver,
		   now_ms) < config->receivers.soften_at_most_ms &&
	       remedy_is_there(board, hearing->egress, hearing->receiver);
}

/* maillog knows the words of the receiver behind ours by the "; ". */
static void
soften(const struct map_reply *reply, const struct hearing *hearing,
    const char *why, char answer[MAP_ANSWER_MAX])
{
	const size_t used = sizeof SOFT_PREFIX - 1;
	const size_t status = hearing->attempt.dsn.length + 1;
	char raw[2 * MAP_ANSWER_MAX];

	snprintf(raw, sizeof raw, ATTEMPT_KEPT ", %s; %.*s", why,
	    (int)(reply->key_length - status), reply->key + status);
	memcpy(answer, SOFT_PREFIX, used);
	line_escape(answer + used, MAP_ANSWER_MAX - used, raw, strlen(raw));
}

static void
soften_block(const struct map_reply *reply, const struct hearing *hearing,
    char answer[MAP_ANSWER_MAX])
{
	char address[ADDRESS_TEXT_MAX] = "our address";
	char why[RECEIVER_NAME_MAX + ADDRESS_TEXT_MAX + 16];

	if (hearing->meaning.quote == REPLY_QUOTES_US)
		address_format(address, &hearing->meaning.address);
	snprintf(why, sizeof why, "%s blocks %s", hearing->receiver, address);
	soften(reply, hearing, why, answer);
}

/* ---- a route ------------------------------------------------------------ */

/* The one whose host spoke, so that no receiver did; NULL for none. */
static const struct route *
route_of(const struct config *config, const struct attempt *attempt)
{
	const struct address unknown = {0};
	char host[NEXTHOP_HOST_MAX];
	struct nexthop nexthop;

	snprintf(host, sizeof host, "%.*s", (int)attempt->speaker.length,
	    attempt->speaker.start);
	for (size_t i = 0; i < config->route_count; i++)
		if (nexthop_parse(config->routes[i].nexthop, &nexthop) == 0 &&
		    nexthop_is(&nexthop, host, &unknown, 0))
			return &config->routes[i];
	return NULL;
}

/* Before the recipient is named, or because we may not: then it is us whom the
   route does not want, and that the mail came its way is our doing. What it
   says of a mailbox or of the content another would say as well. */
static bool
is_about_us(const struct attempt *attempt, const struct meaning *meaning)
{
	switch (attempt->stage) {
	case REPLY_STAGE_GREETING:
	case REPLY_STAGE_HELO:
	case REPLY_STAGE_MAIL:
		return true;
	case REPLY_STAGE_RCPT:
		return meaning->class != REPLY_MAILBOX &&
		       attempt->dsn.length > 4 &&
		       memcmp(attempt->dsn.start, "5.7.", 4) == 0;
	case REPLY_STAGE_UNKNOWN:
	case REPLY_STAGE_DATA:
	case REPLY_STAGE_OTHER:
		break;
	}
	return false;
}

static void
hear_route(const struct route *route, const struct board *board,
    const struct map_reply *reply, const struct hearing *hearing,
    char answer[MAP_ANSWER_MAX])
{
	char why[LINE_MAX_BYTES];

	if (board->config->mode != MODE_ENFORCE ||
	    hearing->attempt.status != ATTEMPT_BOUNCED ||
	    !is_about_us(&hearing->attempt, &hearing->meaning))
		return;
	snprintf(why, sizeof why, "route %s refuses it", route->name);
	soften(reply, hearing, why, answer);
}

void
witness_hear(struct witness *witness, const struct board *board,
    const struct map_reply *reply, int64_t now_ms, char answer[MAP_ANSWER_MAX])
{
	struct hearing hearing;
	struct sighted_reply sighted;
	const struct route *route;

	if (delivery_status_read(
		reply->key, reply->key_length, &hearing.attempt) != 0 ||
	    !hearing.attempt.is_reply || hearing.attempt.speaker.length == 0)
		return;
	read_meaning(witness, board, &hearing);
	route = route_of(board->config, &hearing.attempt);
	if (route) {
		hear_route(route, board, reply, &hearing, answer);
		return;
	}
	if (hearing.receiver[0] == '\0' ||
	    find_egress(
		board, reply->egress, &hearing.meaning, &hearing.egress) != 0)
		return;
	sighted = (struct sighted_reply){
	    .egress = hearing.egress,
	    .receiver = hearing.receiver,
	    .status = hearing.attempt.status,
	    .class = hearing.meaning.class,
	    .list = hearing.meaning.list,
	    .removal = hearing.meaning.removal,
	    .at_ms = now_ms,
	};
	witness->heard(witness->arg, &sighted, NULL);
	if (is_to_be_softened(witness, board, &hearing, now_ms))
		soften_block(reply, &hearing, answer);
}
