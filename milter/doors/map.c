#include "doors/map.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/line.h"
#include "base/log.h"
#include "config/config.h"
#include "doors/listener.h"
#include "doors/peers.h"
#include "doors/question.h"
#include "doors/socketmap.h"
#include "evidence/exchanges.h"
#include "policy/charge.h"
#include "policy/gate.h"
#include "policy/wording.h"
#include "standing/board.h"
#include "standing/receptions.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define REPLY_NAME "reply"
_Static_assert(MAP_ANSWER_MAX == WORDING_MAX, "one buffer for both");

/* The same answer has one line in this time, and all together so many lines in
   a second: at a queue run a mail server asks thousands of times. */
#define LINE_AGAIN_MS (600 * CLOCK_SEC)
#define LINES_PER_SEC 10
#define SEEN_MAX 1024

struct seen {
	uint64_t hash;
	int64_t at_ms;
};

struct map {
	struct listener *listener;
	struct peers *peers;
	struct board_slot *slot;
	struct receptions *receptions; /* NULL: nothing is probed */
	uint64_t questions, moved, softened;
	map_replied *replied; /* NULL: nobody listens */
	void *replied_arg;

	struct seen seen[SEEN_MAX];
	int64_t line_second;
	unsigned lines, lines_left_out; /* in that second */
};

/* ---- answers ------------------------------------------------------------ */

/* FNV-1a */
static uint64_t
hash_text(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return hash;
}

static bool
may_log(struct map *map, uint64_t hash, int64_t now_ms)
{
	struct seen *seen = &map->seen[hash % SEEN_MAX];

	if (seen->hash == hash && now_ms - seen->at_ms < LINE_AGAIN_MS)
		return false;
	if (map->line_second != now_ms / CLOCK_SEC) {
		if (map->lines_left_out > 0)
			log_info("map: %u answers without a line of their own",
			    map->lines_left_out);
		map->line_second = now_ms / CLOCK_SEC;
		map->lines = map->lines_left_out = 0;
	}
	if (map->lines == LINES_PER_SEC) {
		map->lines_left_out++;
		return false;
	}
	map->lines++;
	*seen = (struct seen){hash, now_ms};
	return true;
}

static void
tell(struct map *map, const struct verdict *verdict, enum door door,
    const char *key, const char *answer)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) + door;
	struct line line;

	map->moved++;
	hash = hash_text(hash_text(hash, key), answer);
	if (!may_log(map, hash, clock_now_ms()))
		return;
	verdict_line_of_answer(&line, verdict, door, key, MODE_ENFORCE);
	log_line(&line);
}

/* Whether mail for a recipient is to try the direct way, in the place of the
   route that it would take because of its receiver, or of the usual transport
   to a receiver that throttles. */
static const char *
find_probe(struct map *map, const struct config *config,
    const struct verdict *verdict, const char *address)
{
	const struct board_receiver *receiver = verdict->reception;

	if (!map->receptions || !receiver ||
	    verdict->action !=
		(receiver->is_gated ? ACTION_REROUTE : ACTION_PASS) ||
	    !receptions_take(map->receptions, receiver->egress, receiver->name,
		address, clock_now_ms()))
		return NULL;
	return config->probe.transport;
}

/* receiver: room for it, for as long as the question is used. */
static void
decide(struct map *map, const struct board *board, struct question *question,
    struct slip *slip, char receiver[RECEIVER_NAME_MAX],
    char answer[WORDING_MAX])
{
	struct recipient recipient;
	struct verdict verdict;
	struct facts facts;

	if (question->recipient &&
	    exchanges_receiver_of(board_exchanges(map->slot),
		question->recipient, clock_now_ms(), receiver) == 0)
		question->receiver = receiver;
	question_facts(question, &facts, &recipient);
	charge_answer(board_budgets(map->slot), board, question->door, &facts,
	    clock_now_ms(), slip, &verdict);
	if (question->door == DOOR_RECIPIENT)
		verdict.probe = find_probe(
		    map, board->config, &verdict, question->recipient);
	if (verdict.probe) {
		verdict.action = ACTION_PASS;
		verdict.route = NULL;
	}
	question_answer(answer, question, &verdict);
	if (verdict.action != ACTION_PASS || verdict.probe)
		tell(map, &verdict, question->door, question_subject(question),
		    answer);
}

/* "reply" or "reply-EGRESS". */
static bool
is_reply(const struct socketmap_request *request)
{
	size_t length = sizeof REPLY_NAME - 1;

	return request->name_length >= length &&
	       memcmp(request->name, REPLY_NAME, length) == 0 &&
	       (request->name_length == length || request->name[length] == '-');
}

static void
hear(struct map *map, const struct board *board,
    const struct socketmap_request *request, char answer[WORDING_MAX])
{
	const size_t used = sizeof REPLY_NAME;
	struct map_reply reply = {
	    .key = request->key, .key_length = request->key_length};
	char *egress = NULL;

	if (!map->replied || memchr(request->name, '\0', request->name_length))
		return;
	if (request->name_length >= used)
		egress = alloc_bytes(
		    request->name + used, request->name_length - used);
	reply.egress = egress;
	map->replied(map->replied_arg, board, &reply, answer);
	map->softened += answer[0] == 'O';
	free(egress);
}

static void
answer_request(struct map *map, const struct board *board,
    const struct socketmap_request *request, struct slip *slip,
    char answer[WORDING_MAX])
{
	struct question question;
	char receiver[RECEIVER_NAME_MAX];

	if (!board || request->key_length == 0 ||
	    memchr(request->key, '\0', request->key_length))
		return;
	if (is_reply(request)) {
		hear(map, board, request, answer);
		return;
	}
	if (board->config->mode == MODE_ENFORCE &&
	    board->config->reroute_by == REROUTE_BY_MAP &&
	    question_read(request->name, request->name_length, request->key,
		request->key_length, &question) == 0)
		decide(map, board, &question, slip, receiver, answer);
}

static void
on_asked(void *arg, const struct socketmap_request *request, struct slip *slip,
    char answer[WORDING_MAX])
{
	struct map *map = arg;
	struct board *board = board_current(map->slot);

	map->questions++;
	strcpy(answer, "NOTFOUND ");
	answer_request(map, board, request, slip, answer);
	board_unref(board);
}

/* ---- connections -------------------------------------------------------- */

static void
on_accepted(void *arg, int fd)
{
	struct map *map = arg;

	peers_add(map->peers, fd);
}

static bool
on_starved(void *arg)
{
	struct map *map = arg;

	return peers_drop_oldest(map->peers);
}

struct map *
map_create(struct event_base *base, const char *socket, struct board_slot *slot,
    char **reason)
{
	static const struct listener_calls calls = {on_accepted, on_starved};
	struct map *map = alloc_zeroed(1, sizeof *map);

	map->slot = slot;
	map->peers = peers_create(base, on_asked, map);
	map->listener = listener_open(base, "map", socket, &calls, map, reason);
	if (!map->listener)
		map_destroy(&map);
	return map;
}

void
map_destroy(struct map **map_r)
{
	struct map *map = *map_r;

	if (!map)
		return;
	*map_r = NULL;
	listener_close(&map->listener);
	peers_destroy(&map->peers);
	free(map);
}

void
map_probe(struct map *map, struct receptions *receptions)
{
	map->receptions = receptions;
}

void
map_listen(struct map *map, map_replied *replied, void *arg)
{
	map->replied = replied;
	map->replied_arg = arg;
}

void
map_count(const struct map *map, struct map_counters *out)
{
	*out = (struct map_counters){0};
	if (!map)
		return;
	out->questions = map->questions;
	out->moved = map->moved;
	out->softened = map->softened;
	out->broken = peers_broken(map->peers);
	out->open = peers_open(map->peers);
}
