#include "standing/receptions.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "config/config.h"
#include "standing/reception_record.h"
#include "standing/store.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

/* Recipients of one message, which the map cannot tell from messages. */
#define BURST_MS CLOCK_SEC
#define TEXT_MAX 512
#define STORE_KIND "receiver"

/* That one message was refused. */
struct mark {
	uint64_t message; /* 0: it is not known which */
	int64_t at_ms;
};

/* What one witness says of one class. */
struct run {
	struct mark marks[RECEIVER_AFTER_MAX]; /* the last ones, in a ring */
	size_t next;
	int count; /* since the run began; may be more than the ring has */
};

enum witness { WITNESS_MAP, WITNESS_LOG, WITNESSES };
enum charge { CHARGE_THROTTLE, CHARGE_BLOCK, CHARGES };

struct reception {
	const char *key; /* first, for the tree; name and egress */
	TAILQ_ENTRY(reception) link;
	char *name;
	size_t egress;
	struct run runs[CHARGES][WITNESSES];
	int recalled[CHARGES];	   /* replies of before the start */
	int64_t heard_ms[CHARGES]; /* CLOCK_NEVER: not in this run */
	int64_t refusing_ms;	   /* the first block of the run */
	uint64_t delivered_message;
	int64_t delivered_ms;
	int delivered;
	enum receiver_state state, told;
	int64_t since_ms, since_wall_sec;
	char *list, *removal; /* of the last refusal */
	char *lists[RECEPTION_LISTS_MAX];
	size_t list_count;
	bool is_kept; /* as it is */
};

TAILQ_HEAD(queue, reception);

struct receptions {
	const struct config *config;
	struct store *store;
	void *tree;
	struct queue heard; /* the last heard of first */
	size_t count;
};

static int
compare(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

static char *
key_of(const struct receptions *receptions, size_t egress, const char *name)
{
	return alloc_printf(
	    "%s\n%s", receptions->config->egresses[egress].name, name);
}

static struct reception *
find(const struct receptions *receptions, size_t egress, const char *name)
{
	char *key = key_of(receptions, egress, name);
	struct reception **node = tfind(&key, &receptions->tree, compare);

	free(key);
	return node ? *node : NULL;
}

static void
forget(struct receptions *receptions, struct reception *reception)
{
	TAILQ_REMOVE(&receptions->heard, reception, link);
	tdelete(reception, &receptions->tree, compare);
	receptions->count--;
	for (size_t i = 0; i < reception->list_count; i++)
		free(reception->lists[i]);
	free(reception->list);
	free(reception->removal);
	free(reception->name);
	free((char *)reception->key);
	free(reception);
}

static void
drop(struct receptions *receptions, struct reception *reception)
{
	store_forget(receptions->store, STORE_KIND, reception->key);
	forget(receptions, reception);
}

/* A block whose mail goes another way is quiet as well, and is the last to
   go. */
static void
make_room(struct receptions *receptions)
{
	struct reception *last = NULL;

	if (receptions->count < RECEPTIONS_MAX)
		return;
	TAILQ_FOREACH_REVERSE(last, &receptions->heard, queue, link)
	{
		if (last->state == RECEIVER_OPEN)
			break;
	}
	forget(receptions, last ? last : TAILQ_LAST(&receptions->heard, queue));
}

static void
drop_charge(struct reception *reception, enum charge charge)
{
	memset(reception->runs[charge], 0, sizeof reception->runs[charge]);
	reception->recalled[charge] = 0;
	reception->heard_ms[charge] = CLOCK_NEVER;
	reception->is_kept = false;
	if (charge == CHARGE_BLOCK)
		reception->refusing_ms = CLOCK_NEVER;
}

static void
begin_run(struct reception *reception)
{
	drop_charge(reception, CHARGE_BLOCK);
	drop_charge(reception, CHARGE_THROTTLE);
	reception->delivered = 0;
	reception->delivered_message = 0;
	reception->delivered_ms = CLOCK_NEVER;
}

static struct reception *
add(struct receptions *receptions, size_t egress, const char *name)
{
	struct reception *reception;

	make_room(receptions);
	reception = alloc_zeroed(1, sizeof *reception);
	reception->key = key_of(receptions, egress, name);
	reception->name = alloc_string(name);
	reception->egress = egress;
	reception->list = alloc_string("");
	reception->removal = alloc_string("");
	begin_run(reception);
	if (!tsearch(reception, &receptions->tree, compare))
		abort(); /* no memory */
	TAILQ_INSERT_HEAD(&receptions->heard, reception, link);
	receptions->count++;
	return reception;
}

/* FNV-1a; never 0. */
static uint64_t
message_of(const char *qid)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	if (!qid)
		return 0;
	for (; *qid; qid++)
		hash = (hash ^ (unsigned char)*qid) * UINT64_C(0x100000001b3);
	return hash ? hash : 1;
}

/* ---- counting ------------------------------------------------------------ */

static size_t
marks_of(const struct run *run)
{
	return run->count < RECEIVER_AFTER_MAX ? run->count
					       : RECEIVER_AFTER_MAX;
}

static bool
is_known(const struct run *run, const struct mark *mark)
{
	for (size_t i = 0; i < marks_of(run); i++) {
		const struct mark *old = &run->marks[i];

		if (mark->message != 0 && old->message == mark->message)
			return true;
		if (mark->message == 0 && mark->at_ms - old->at_ms < BURST_MS)
			return true;
	}
	return false;
}

static void
count(struct run *run, const struct mark *mark)
{
	if (is_known(run, mark))
		return;
	run->marks[run->next] = *mark;
	run->next = (run->next + 1) % RECEIVER_AFTER_MAX;
	run->count++;
}

static int
count_within(const struct run *run, int64_t since_ms)
{
	int found = 0;

	for (size_t i = 0; i < marks_of(run); i++)
		found += run->marks[i].at_ms > since_ms;
	return found;
}

static int
most_within(const struct run runs[WITNESSES], int64_t since_ms)
{
	int by_map = count_within(&runs[WITNESS_MAP], since_ms);
	int by_log = count_within(&runs[WITNESS_LOG], since_ms);

	return by_map > by_log ? by_map : by_log;
}

static int
replies_of(const struct reception *reception, enum charge charge)
{
	const struct run *runs = reception->runs[charge];
	int by_map = runs[WITNESS_MAP].count, by_log = runs[WITNESS_LOG].count;

	return reception->recalled[charge] +
	       (by_map > by_log ? by_map : by_log);
}

/* ---- states -------------------------------------------------------------- */

static bool
turn(struct reception *reception, enum receiver_state state, int64_t now_ms,
    int64_t wall_sec)
{
	if (reception->state == state)
		return false;
	reception->state = state;
	reception->is_kept = false;
	reception->since_ms = now_ms;
	reception->since_wall_sec = wall_sec;
	return true;
}

static bool
judge(const struct receptions *receptions, struct reception *reception,
    int64_t now_ms, int64_t wall_sec)
{
	const struct receiver_settings *settings =
	    &receptions->config->receivers;
	int64_t since_ms = now_ms - settings->within_ms;

	if (most_within(reception->runs[CHARGE_BLOCK], since_ms) >=
	    settings->block_after)
		return turn(reception, RECEIVER_BLOCKED, now_ms, wall_sec);
	if (reception->state == RECEIVER_OPEN &&
	    most_within(reception->runs[CHARGE_THROTTLE], since_ms) >=
		settings->throttle_after)
		return turn(reception, RECEIVER_THROTTLED, now_ms, wall_sec);
	return false;
}

static void
keep(char **where, const char *text)
{
	if (!text || !text[0] || strcmp(*where, text) == 0)
		return;
	free(*where);
	*where = alloc_string(text);
}

static void
learn(struct reception *reception, const char *list)
{
	if (!list || !list[0] || reception->list_count == RECEPTION_LISTS_MAX)
		return;
	for (size_t i = 0; i < reception->list_count; i++)
		if (strcmp(reception->lists[i], list) == 0)
			return;
	reception->lists[reception->list_count++] = alloc_string(list);
}

static bool
see_refusal(struct receptions *receptions, struct reception *reception,
    const struct sighted_reply *reply, int64_t wall_sec)
{
	enum charge charge =
	    reply->class == REPLY_IP_BLOCKED ? CHARGE_BLOCK : CHARGE_THROTTLE;
	const struct mark mark = {message_of(reply->qid), reply->at_ms};
	enum witness witness = reply->qid ? WITNESS_LOG : WITNESS_MAP;

	TAILQ_REMOVE(&receptions->heard, reception, link);
	TAILQ_INSERT_HEAD(&receptions->heard, reception, link);
	count(&reception->runs[charge][witness], &mark);
	if (reply->at_ms > reception->heard_ms[charge])
		reception->heard_ms[charge] = reply->at_ms;
	if (charge == CHARGE_BLOCK && reception->refusing_ms == CLOCK_NEVER)
		reception->refusing_ms = reply->at_ms;
	reception->delivered = 0;
	reception->is_kept = false;
	keep(&reception->list, reply->list);
	keep(&reception->removal, reply->removal);
	learn(reception, reply->list);
	return judge(receptions, reception, reply->at_ms, wall_sec);
}

/* One that is older than the last refusal tells nothing new: the log comes
   after the map. */
static bool
see_delivery(struct receptions *receptions, struct reception *reception,
    const struct sighted_reply *reply, int64_t wall_sec)
{
	uint64_t message = message_of(reply->qid);

	if (reply->at_ms <= reception->heard_ms[CHARGE_BLOCK] ||
	    reply->at_ms <= reception->heard_ms[CHARGE_THROTTLE])
		return false;
	if (message ? message == reception->delivered_message
		    : reception->delivered > 0 &&
			  reply->at_ms - reception->delivered_ms < BURST_MS)
		return false;
	reception->delivered_message = message;
	reception->delivered_ms = reply->at_ms;
	if (++reception->delivered < receptions->config->receivers.clear_after)
		return false;
	begin_run(reception);
	return turn(reception, RECEIVER_OPEN, reply->at_ms, wall_sec);
}

bool
receptions_see(struct receptions *receptions, const struct sighted_reply *reply,
    int64_t wall_sec)
{
	struct reception *reception =
	    find(receptions, reply->egress, reply->receiver);

	if (reply->status == ATTEMPT_SENT)
		return reception &&
		       see_delivery(receptions, reception, reply, wall_sec);
	if (reply->class != REPLY_IP_BLOCKED &&
	    reply->class != REPLY_IP_THROTTLED)
		return false;
	if (!reception)
		reception = add(receptions, reply->egress, reply->receiver);
	return see_refusal(receptions, reception, reply, wall_sec);
}

static void
drop_old(struct reception *reception, enum charge charge, int64_t until_ms)
{
	if (reception->heard_ms[charge] <= until_ms)
		drop_charge(reception, charge);
}

static bool
is_over(const struct reception *reception)
{
	const int64_t *heard_ms = reception->heard_ms;

	if (reception->state == RECEIVER_BLOCKED)
		return heard_ms[CHARGE_BLOCK] == CLOCK_NEVER;
	return heard_ms[CHARGE_THROTTLE] == CLOCK_NEVER;
}

static bool
is_forgettable(const struct reception *reception)
{
	return reception->state == RECEIVER_OPEN &&
	       reception->told == RECEIVER_OPEN && reception->list_count == 0 &&
	       reception->heard_ms[CHARGE_BLOCK] == CLOCK_NEVER &&
	       reception->heard_ms[CHARGE_THROTTLE] == CLOCK_NEVER;
}

void
receptions_step(struct receptions *receptions, int64_t now_ms, int64_t wall_sec)
{
	const struct receiver_settings *settings =
	    &receptions->config->receivers;
	struct reception *reception = TAILQ_FIRST(&receptions->heard);

	while (reception) {
		struct reception *next = TAILQ_NEXT(reception, link);

		drop_old(reception, CHARGE_BLOCK, now_ms - settings->keep_ms);
		drop_old(
		    reception, CHARGE_THROTTLE, now_ms - settings->within_ms);
		if (is_over(reception))
			turn(reception, RECEIVER_OPEN, now_ms, wall_sec);
		if (is_forgettable(reception))
			drop(receptions, reception);
		reception = next;
	}
}

int64_t
receptions_refusing_ms(const struct receptions *receptions, size_t egress,
    const char *receiver, int64_t now_ms)
{
	const struct reception *reception = find(receptions, egress, receiver);

	if (!reception || reception->refusing_ms == CLOCK_NEVER ||
	    now_ms < reception->refusing_ms)
		return 0;
	return now_ms - reception->refusing_ms;
}

/* ---- the board ----------------------------------------------------------- */

static void
write_lists(const struct reception *reception, char text[TEXT_MAX])
{
	size_t length = 0;

	text[0] = '\0';
	for (size_t i = 0; i < reception->list_count && length < TEXT_MAX; i++)
		length += snprintf(text + length, TEXT_MAX - length, "%s%s",
		    i > 0 ? ", " : "", reception->lists[i]);
}

static void
write_blame(const struct reception *reception, char text[TEXT_MAX])
{
	if (reception->list[0])
		snprintf(text, TEXT_MAX, "%s (%s)", reception->name,
		    reception->list);
	else
		snprintf(text, TEXT_MAX, "%s", reception->name);
}

static bool
is_gated(const struct config *config, const struct reception *reception)
{
	if (reception->state == RECEIVER_THROTTLED)
		return config->receivers.acts_on_throttled;
	return reception->state == RECEIVER_BLOCKED;
}

static void
put_on_board(const struct receptions *receptions,
    const struct reception *reception, struct board *board, int64_t now_ms)
{
	char blocked_by[TEXT_MAX], lists[TEXT_MAX];
	const struct board_receiver entry = {
	    .egress = reception->egress,
	    .name = reception->name,
	    .blocked_by = blocked_by,
	    .list = reception->list,
	    .removal = reception->removal,
	    .acts_on = lists,
	    .state = reception->state,
	    .is_gated = is_gated(receptions->config, reception),
	    .replies = replies_of(reception,
		reception->state == RECEIVER_THROTTLED ? CHARGE_THROTTLE
						       : CHARGE_BLOCK),
	    .delivered = reception->delivered,
	    .for_ms = now_ms - reception->since_ms,
	    .since_wall_sec = reception->since_wall_sec,
	};

	write_blame(reception, blocked_by);
	write_lists(reception, lists);
	board_add_receiver(board, &entry);
}

void
receptions_fill(
    const struct receptions *receptions, struct board *board, int64_t now_ms)
{
	const struct reception *reception = NULL;

	TAILQ_FOREACH(reception, &receptions->heard, link)
	{
		if (reception->state != RECEIVER_OPEN ||
		    reception->told != RECEIVER_OPEN ||
		    reception->list_count > 0)
			put_on_board(receptions, reception, board, now_ms);
	}
}

void
receptions_tell(struct receptions *receptions, const struct board *board,
    receptions_changed *tell, void *arg)
{
	struct reception *reception = NULL;

	TAILQ_FOREACH(reception, &receptions->heard, link)
	{
		enum receiver_state from = reception->told;

		if (from == reception->state)
			continue;
		reception->told = reception->state;
		tell(arg,
		    board_find_receiver(
			board, reception->egress, reception->name),
		    from);
	}
}

/* ---- the configuration --------------------------------------------------- */

static int
find_egress(const struct config *config, const char *name, size_t *out)
{
	for (size_t i = 0; i < config->egress_count; i++)
		if (strcmp(config->egresses[i].name, name) == 0) {
			*out = i;
			return 0;
		}
	return -1;
}

void
receptions_configure(struct receptions *receptions, const struct config *config)
{
	const struct config *old = receptions->config;
	struct reception *reception = TAILQ_FIRST(&receptions->heard);

	while (reception) {
		struct reception *next = TAILQ_NEXT(reception, link);
		const char *egress = old->egresses[reception->egress].name;

		if (find_egress(config, egress, &reception->egress) != 0)
			drop(receptions, reception);
		reception = next;
	}
	receptions->config = config;
}

/* ---- over a restart ------------------------------------------------------ */

static int64_t
to_wall(int64_t ms, int64_t now_ms, int64_t wall_sec)
{
	if (ms == CLOCK_NEVER)
		return 0;
	return wall_sec - (now_ms - ms) / CLOCK_SEC;
}

/* A clock that was put back makes nothing younger than now. */
static int64_t
from_wall(int64_t sec, int64_t now_ms, int64_t wall_sec)
{
	if (sec == 0)
		return CLOCK_NEVER;
	return sec < wall_sec ? now_ms - (wall_sec - sec) * CLOCK_SEC : now_ms;
}

static void
write_record(const struct receptions *receptions,
    const struct reception *reception, int64_t now_ms, int64_t wall_sec)
{
	const int64_t *heard_ms = reception->heard_ms;
	struct reception_record record = {
	    .state = reception->state,
	    .since_sec = reception->since_wall_sec,
	    .blocked_sec = to_wall(heard_ms[CHARGE_BLOCK], now_ms, wall_sec),
	    .throttled_sec =
		to_wall(heard_ms[CHARGE_THROTTLE], now_ms, wall_sec),
	    .refusing_sec = to_wall(reception->refusing_ms, now_ms, wall_sec),
	    .blocks = replies_of(reception, CHARGE_BLOCK),
	    .throttles = replies_of(reception, CHARGE_THROTTLE),
	    .list = reception->list,
	    .removal = reception->removal,
	    .list_count = reception->list_count,
	};
	char *text;

	for (size_t i = 0; i < reception->list_count; i++)
		record.lists[i] = reception->lists[i];
	text = reception_record_write(&record);
	store_put(receptions->store, STORE_KIND, reception->key, text);
	free(text);
}

void
receptions_keep(struct receptions *receptions, int64_t now_ms, int64_t wall_sec)
{
	struct reception *reception = NULL;

	TAILQ_FOREACH(reception, &receptions->heard, link)
	{
		if (reception->is_kept)
			continue;
		write_record(receptions, reception, now_ms, wall_sec);
		reception->is_kept = true;
	}
}

struct recall {
	struct receptions *receptions;
	int64_t now_ms, wall_sec;
};

static void
take_up(const struct recall *recall, struct reception *reception,
    const struct reception_record *record)
{
	int64_t now_ms = recall->now_ms, wall_sec = recall->wall_sec;

	reception->state = reception->told = record->state;
	reception->since_wall_sec = record->since_sec;
	reception->since_ms = from_wall(record->since_sec, now_ms, wall_sec);
	if (reception->since_ms == CLOCK_NEVER)
		reception->since_ms = now_ms;
	reception->heard_ms[CHARGE_BLOCK] =
	    from_wall(record->blocked_sec, now_ms, wall_sec);
	reception->heard_ms[CHARGE_THROTTLE] =
	    from_wall(record->throttled_sec, now_ms, wall_sec);
	reception->refusing_ms =
	    from_wall(record->refusing_sec, now_ms, wall_sec);
	reception->recalled[CHARGE_BLOCK] = record->blocks;
	reception->recalled[CHARGE_THROTTLE] = record->throttles;
	keep(&reception->list, record->list);
	keep(&reception->removal, record->removal);
	for (size_t i = 0; i < record->list_count; i++)
		learn(reception, record->lists[i]);
	reception->is_kept = true;
}

/* One of an egress that is gone is forgotten. */
static void
on_record(void *arg, const char *key, const char *value)
{
	const struct recall *recall = arg;
	struct receptions *receptions = recall->receptions;
	const char *name = strchr(key, '\n');
	struct reception_record record;
	size_t egress;
	char *owner;

	if (!name || reception_record_read(value, &record) != 0) {
		store_forget(receptions->store, STORE_KIND, key);
		return;
	}
	owner = alloc_bytes(key, name - key);
	if (find_egress(receptions->config, owner, &egress) == 0 &&
	    !find(receptions, egress, name + 1))
		take_up(recall, add(receptions, egress, name + 1), &record);
	else
		store_forget(receptions->store, STORE_KIND, key);
	free(owner);
	reception_record_clear(&record);
}

void
receptions_recall(
    struct receptions *receptions, int64_t now_ms, int64_t wall_sec)
{
	struct recall recall = {receptions, now_ms, wall_sec};

	store_each(receptions->store, STORE_KIND, on_record, &recall);
}

struct receptions *
receptions_create(struct store *store)
{
	struct receptions *receptions = alloc_zeroed(1, sizeof *receptions);

	receptions->store = store;
	TAILQ_INIT(&receptions->heard);
	return receptions;
}

void
receptions_destroy(struct receptions **where)
{
	struct receptions *receptions = *where;

	if (!receptions)
		return;
	*where = NULL;
	while (!TAILQ_EMPTY(&receptions->heard))
		forget(receptions, TAILQ_FIRST(&receptions->heard));
	free(receptions);
}
