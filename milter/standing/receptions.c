#include "standing/receptions.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "config/config.h"
#include "config/egresses.h"
#include "config/probe.h"
#include "standing/reception.h"
#include "standing/reception_record.h"
#include "standing/store.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#define TEXT_MAX 512
#define STORE_KIND "receiver"

struct row {
	const char *key; /* first, for the tree; egress and name */
	TAILQ_ENTRY(row) link;
	char *name;
	size_t egress;
	enum receiver_state told;
	enum probe_stage told_probe;
	struct reception reception;
};

TAILQ_HEAD(queue, row);

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

static struct row *
find(const struct receptions *receptions, size_t egress, const char *name)
{
	char *key = key_of(receptions, egress, name);
	struct row **node = tfind(&key, &receptions->tree, compare);

	free(key);
	return node ? *node : NULL;
}

static void
forget(struct receptions *receptions, struct row *row)
{
	TAILQ_REMOVE(&receptions->heard, row, link);
	tdelete(row, &receptions->tree, compare);
	receptions->count--;
	reception_clear(&row->reception);
	free(row->name);
	free((char *)row->key);
	free(row);
}

static void
drop(struct receptions *receptions, struct row *row)
{
	store_forget(receptions->store, STORE_KIND, row->key);
	forget(receptions, row);
}

/* A block whose mail goes another way is quiet as well, and is the last to
   go. */
static void
make_room(struct receptions *receptions)
{
	struct row *last = NULL;

	if (receptions->count < RECEPTIONS_MAX)
		return;
	TAILQ_FOREACH_REVERSE(last, &receptions->heard, queue, link)
	{
		if (last->reception.state == RECEIVER_OPEN)
			break;
	}
	if (!last)
		last = TAILQ_LAST(&receptions->heard, queue);
	if (last)
		drop(receptions, last);
}

static struct row *
add(struct receptions *receptions, size_t egress, const char *name)
{
	struct row *row;

	make_room(receptions);
	row = alloc_zeroed(1, sizeof *row);
	row->key = key_of(receptions, egress, name);
	row->name = alloc_string(name);
	row->egress = egress;
	reception_init(&row->reception);
	if (!tsearch(row, &receptions->tree, compare))
		abort(); /* no memory */
	TAILQ_INSERT_HEAD(&receptions->heard, row, link);
	receptions->count++;
	return row;
}

bool
receptions_see(struct receptions *receptions, const struct sighted_reply *reply,
    int64_t wall_sec)
{
	struct row *row = find(receptions, reply->egress, reply->receiver);
	bool is_refusal = reception_is_refusal(reply);

	if (!row && !is_refusal)
		return false;
	if (!row)
		row = add(receptions, reply->egress, reply->receiver);
	if (is_refusal) {
		TAILQ_REMOVE(&receptions->heard, row, link);
		TAILQ_INSERT_HEAD(&receptions->heard, row, link);
	}
	return reception_see(
	    &row->reception, receptions->config, reply, wall_sec);
}

void
receptions_step(struct receptions *receptions, int64_t now_ms, int64_t wall_sec)
{
	struct row *row = TAILQ_FIRST(&receptions->heard);

	while (row) {
		struct row *next = TAILQ_NEXT(row, link);

		reception_step(
		    &row->reception, receptions->config, now_ms, wall_sec);
		if (row->told == RECEIVER_OPEN &&
		    reception_is_blank(&row->reception))
			drop(receptions, row);
		row = next;
	}
}

int64_t
receptions_refusing_ms(const struct receptions *receptions, size_t egress,
    const char *receiver, int64_t now_ms)
{
	const struct row *row = find(receptions, egress, receiver);
	int64_t since_ms = row ? row->reception.refusing_ms : CLOCK_NEVER;

	if (since_ms == CLOCK_NEVER || now_ms < since_ms)
		return 0;
	return now_ms - since_ms;
}

bool
receptions_take(struct receptions *receptions, size_t egress,
    const char *receiver, const char *address, int64_t now_ms)
{
	const struct config *config = receptions->config;
	struct row *row = find(receptions, egress, receiver);

	if (!row || !probe_is_on(config))
		return false;
	if (row->reception.state == RECEIVER_THROTTLED &&
	    config->probe.serves_throttled)
		return true;
	return reception_is_gated(&row->reception, config) &&
	       probing_take(
		   &row->reception.probing, &config->probe, address, now_ms);
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
write_blame(const struct row *row, char text[TEXT_MAX])
{
	const char *list = row->reception.list;

	if (list[0])
		snprintf(text, TEXT_MAX, "%s (%s)", row->name, list);
	else
		snprintf(text, TEXT_MAX, "%s", row->name);
}

bool
receptions_are_gated(const struct config *config, enum receiver_state state)
{
	if (state == RECEIVER_THROTTLED)
		return config->receivers.acts_on_throttled;
	return state == RECEIVER_BLOCKED;
}

static void
put_on_board(const struct receptions *receptions, const struct row *row,
    struct board *board, int64_t now_ms)
{
	const struct reception *reception = &row->reception;
	enum charge charge = reception->state == RECEIVER_THROTTLED
				 ? CHARGE_THROTTLE
				 : CHARGE_BLOCK;
	char blocked_by[TEXT_MAX], lists[TEXT_MAX];
	const struct board_receiver receiver = {
	    .egress = row->egress,
	    .name = row->name,
	    .blocked_by = blocked_by,
	    .list = reception->list,
	    .removal = reception->removal,
	    .acts_on = lists,
	    .state = reception->state,
	    .is_gated = reception_is_gated(reception, receptions->config),
	    .is_probed = reception_is_probed(reception, receptions->config),
	    .probe = reception->probing.stage,
	    .pause_ms =
		probing_pause_ms(&reception->probing, receptions->config),
	    .replies = refusals_count(&reception->refusals[charge]),
	    .delivered = reception->delivered,
	    .for_ms = now_ms - reception->since_ms,
	    .since_wall_sec = reception->since_wall_sec,
	};

	write_blame(row, blocked_by);
	write_lists(reception, lists);
	board_add_receiver(board, &receiver);
}

void
receptions_fill(
    const struct receptions *receptions, struct board *board, int64_t now_ms)
{
	const struct row *row = NULL;

	TAILQ_FOREACH(row, &receptions->heard, link)
	{
		if (row->reception.state != RECEIVER_OPEN ||
		    row->told != RECEIVER_OPEN || row->reception.list_count > 0)
			put_on_board(receptions, row, board, now_ms);
	}
}

void
receptions_tell(struct receptions *receptions, const struct board *board,
    receptions_changed *tell, void *arg)
{
	struct row *row = NULL;

	TAILQ_FOREACH(row, &receptions->heard, link)
	{
		enum receiver_state from = row->told;

		if (from == row->reception.state)
			continue;
		row->told = row->reception.state;
		tell(arg, board_find_receiver(board, row->egress, row->name),
		    from);
	}
}

void
receptions_tell_probes(struct receptions *receptions, const struct board *board,
    receptions_probed *tell, void *arg)
{
	struct row *row = NULL;

	TAILQ_FOREACH(row, &receptions->heard, link)
	{
		enum probe_stage from = row->told_probe;

		row->told_probe = row->reception.probing.stage;
		if (from != row->told_probe &&
		    reception_is_probed(&row->reception, receptions->config))
			tell(arg,
			    board_find_receiver(board, row->egress, row->name),
			    from);
	}
}

/* ---- the configuration --------------------------------------------------- */

void
receptions_configure(struct receptions *receptions, const struct config *config)
{
	const struct config *old = receptions->config;
	struct row *row = TAILQ_FIRST(&receptions->heard);

	while (row) {
		struct row *next = TAILQ_NEXT(row, link);
		const struct egress *egress =
		    egresses_find(config, old->egresses[row->egress].name);

		if (egress)
			row->egress = egress - config->egresses;
		else
			drop(receptions, row);
		row = next;
	}
	receptions->config = config;
}

/* ---- over a restart ------------------------------------------------------ */

void
receptions_keep(struct receptions *receptions, int64_t now_ms, int64_t wall_sec)
{
	struct row *row = NULL;

	TAILQ_FOREACH(row, &receptions->heard, link)
	{
		struct reception_record record;
		char *text;

		if (row->reception.is_kept)
			continue;
		reception_write(&row->reception, &record, now_ms, wall_sec);
		text = reception_record_write(&record);
		store_put(receptions->store, STORE_KIND, row->key, text);
		free(text);
	}
}

struct recall {
	struct receptions *receptions;
	int64_t now_ms, wall_sec;
};

static int
take_up(const struct recall *recall, const struct egress *egress,
    const char *name, const struct reception_record *record)
{
	struct receptions *receptions = recall->receptions;
	size_t index = egress - receptions->config->egresses;
	struct row *row;

	if (find(receptions, index, name))
		return -1;
	row = add(receptions, index, name);
	reception_read(
	    &row->reception, record, recall->now_ms, recall->wall_sec);
	row->told = row->reception.state;
	row->told_probe = row->reception.probing.stage;
	return 0;
}

/* One of an egress that is gone is forgotten. */
static void
on_record(void *arg, const char *key, const char *value)
{
	const struct recall *recall = arg;
	struct receptions *receptions = recall->receptions;
	const char *name = strchr(key, '\n');
	struct reception_record record;
	const struct egress *egress;
	char *owner;

	if (!name || reception_record_read(value, &record) != 0) {
		store_forget(receptions->store, STORE_KIND, key);
		return;
	}
	owner = alloc_bytes(key, name - key);
	egress = egresses_find(receptions->config, owner);
	free(owner);
	if (!egress || take_up(recall, egress, name + 1, &record) != 0)
		store_forget(receptions->store, STORE_KIND, key);
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
