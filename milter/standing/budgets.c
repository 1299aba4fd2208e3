#include "standing/budgets.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/span.h"
#include "standing/pledges.h"
#include "standing/store.h"

#include <jansson.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KIND "budget"
#define MINUTE (60 * CLOCK_SEC)
/* A refused budget leaves the route's account alone, so that only routes of a
   configuration have one; over many reloads the table stays small. */
#define ACCOUNTS_MAX 1024

/* Of one route. */
struct account {
	char *name;
	struct span spans[BUDGET_KINDS];
	bool is_dirty; /* not in the store as it is */
};

struct budgets {
	pthread_mutex_t mutex; /* of all below; nothing is called under it */
	struct account *accounts;
	size_t count;
	struct pledges *pledges; /* not under the lock */
};

struct budgets *
budgets_create(void)
{
	struct budgets *budgets = alloc_zeroed(1, sizeof *budgets);

	pthread_mutex_init(&budgets->mutex, NULL);
	budgets->pledges = pledges_create();
	return budgets;
}

void
budgets_destroy(struct budgets **budgets)
{
	if (!*budgets)
		return;
	for (size_t i = 0; i < (*budgets)->count; i++)
		free((*budgets)->accounts[i].name);
	pthread_mutex_destroy(&(*budgets)->mutex);
	free((*budgets)->accounts);
	pledges_destroy(&(*budgets)->pledges);
	free(*budgets);
	*budgets = NULL;
}

struct pledges *
budgets_pledges(struct budgets *budgets)
{
	return budgets->pledges;
}

bool
budgets_has(const struct route *route)
{
	for (int i = 0; i < BUDGET_KINDS; i++)
		if (route->budget[i] > 0)
			return true;
	return false;
}

static bool
is_daily(enum budget_kind kind)
{
	return kind == BUDGET_PER_DAY || kind == BUDGET_RECIPIENTS_PER_DAY;
}

static bool
is_of_recipients(enum budget_kind kind)
{
	return kind == BUDGET_RECIPIENTS_PER_HOUR ||
	       kind == BUDGET_RECIPIENTS_PER_DAY;
}

static void
init_spans(struct account *account)
{
	for (int i = 0; i < BUDGET_KINDS; i++)
		span_init(&account->spans[i],
		    is_daily(i) ? 15 * MINUTE : MINUTE, is_daily(i) ? 97 : 61);
}

/* With the lock held. NULL where there are too many. */
static struct account *
account_of(struct budgets *budgets, const char *name)
{
	struct account *account;

	for (size_t i = 0; i < budgets->count; i++)
		if (strcmp(budgets->accounts[i].name, name) == 0)
			return &budgets->accounts[i];
	if (budgets->count == ACCOUNTS_MAX)
		return NULL;
	budgets->accounts = alloc_resize(
	    budgets->accounts, budgets->count + 1, sizeof *budgets->accounts);
	account = &budgets->accounts[budgets->count++];
	*account = (struct account){.name = alloc_string(name)};
	init_spans(account);
	return account;
}

static uint32_t
part_of(enum budget_kind kind, uint32_t messages, uint32_t recipients)
{
	return is_of_recipients(kind) ? recipients : messages;
}

static bool
has_room(struct account *account, const struct route *route, uint32_t messages,
    uint32_t recipients, int64_t now_ms)
{
	for (int i = 0; i < BUDGET_KINDS; i++)
		if (route->budget[i] > 0 &&
		    span_sum(&account->spans[i], now_ms) +
			    part_of(i, messages, recipients) >
			(uint64_t)route->budget[i])
			return false;
	return true;
}

static void
add(struct account *account, uint32_t messages, uint32_t recipients,
    int64_t now_ms)
{
	for (int i = 0; i < BUDGET_KINDS; i++)
		span_add(&account->spans[i], part_of(i, messages, recipients),
		    now_ms);
	account->is_dirty = true;
}

static void
subtract(struct account *account, uint32_t messages, uint32_t recipients)
{
	for (int i = 0; i < BUDGET_KINDS; i++)
		span_subtract(
		    &account->spans[i], part_of(i, messages, recipients));
	account->is_dirty = true;
}

/* With the lock held. */
static int
take(struct account *account, const struct route *route, uint32_t messages,
    uint32_t recipients, int64_t now_ms)
{
	if (!has_room(account, route, messages, recipients, now_ms))
		return -1;
	add(account, messages, recipients, now_ms);
	return 0;
}

int
budgets_take(struct budgets *budgets, const struct route *route,
    uint32_t messages, uint32_t recipients, int64_t now_ms)
{
	struct account *account;
	int result = -1;

	pthread_mutex_lock(&budgets->mutex);
	account = account_of(budgets, route->name);
	if (account)
		result = take(account, route, messages, recipients, now_ms);
	pthread_mutex_unlock(&budgets->mutex);
	return result;
}

int
budgets_settle(struct budgets *budgets, const struct route *route,
    uint32_t charged, uint32_t recipients, int64_t now_ms)
{
	struct account *account;
	int result = -1;

	pthread_mutex_lock(&budgets->mutex);
	account = account_of(budgets, route->name);
	if (account) {
		subtract(account, charged, charged);
		result = take(account, route, 1, recipients, now_ms);
		if (result != 0)
			add(account, charged, charged, now_ms);
	}
	pthread_mutex_unlock(&budgets->mutex);
	return result;
}

bool
budgets_has_room(
    struct budgets *budgets, const struct route *route, int64_t now_ms)
{
	int64_t left[BUDGET_KINDS];

	budgets_left(budgets, route, now_ms, left);
	for (int i = 0; i < BUDGET_KINDS; i++)
		if (left[i] == 0)
			return false;
	return true;
}

void
budgets_give_back(struct budgets *budgets, const struct route *route,
    uint32_t messages, uint32_t recipients)
{
	struct account *account;

	pthread_mutex_lock(&budgets->mutex);
	account = account_of(budgets, route->name);
	if (account)
		subtract(account, messages, recipients);
	pthread_mutex_unlock(&budgets->mutex);
}

void
budgets_left(struct budgets *budgets, const struct route *route, int64_t now_ms,
    int64_t left[BUDGET_KINDS])
{
	struct account *account;

	pthread_mutex_lock(&budgets->mutex);
	account = budgets_has(route) ? account_of(budgets, route->name) : NULL;
	for (int i = 0; i < BUDGET_KINDS; i++) {
		int64_t limit = route->budget[i];
		int64_t used =
		    account ? span_sum(&account->spans[i], now_ms) : 0;

		left[i] = limit == 0	 ? BUDGET_NONE
			  : used < limit ? limit - used
					 : 0;
	}
	pthread_mutex_unlock(&budgets->mutex);
}

/* ---- over a restart ----------------------------------------------------- */

static const char *const kind_keys[BUDGET_KINDS] = {
    [BUDGET_PER_HOUR] = "messages_hour",
    [BUDGET_PER_DAY] = "messages_day",
    [BUDGET_RECIPIENTS_PER_HOUR] = "recipients_hour",
    [BUDGET_RECIPIENTS_PER_DAY] = "recipients_day",
};

/* Between the boot clock of this run and the time of the world. */
struct writing {
	json_t *slots;
	int64_t now_ms, wall_sec;
};

static void
write_slot(void *arg, int64_t end_ms, uint32_t count)
{
	struct writing *writing = arg;
	int64_t end_sec =
	    writing->wall_sec + (end_ms - writing->now_ms) / CLOCK_SEC;

	json_array_append_new(writing->slots,
	    json_pack("[I,I]", (json_int_t)end_sec, (json_int_t)count));
}

static json_t *
write_account(const struct account *account, int64_t now_ms, int64_t wall_sec)
{
	json_t *json = json_object();

	for (int i = 0; i < BUDGET_KINDS; i++) {
		struct writing writing = {json_array(), now_ms, wall_sec};

		span_each(&account->spans[i], write_slot, &writing);
		json_object_set_new(json, kind_keys[i], writing.slots);
	}
	return json;
}

/* A copy of the next account that has changed, with a name of its own. */
static bool
take_dirty(struct budgets *budgets, size_t *index, struct account *out)
{
	bool is_found = false;

	pthread_mutex_lock(&budgets->mutex);
	for (; !is_found && *index < budgets->count; ++*index) {
		struct account *account = &budgets->accounts[*index];

		if (!account->is_dirty)
			continue;
		account->is_dirty = false;
		*out = *account;
		out->name = alloc_string(account->name);
		is_found = true;
	}
	pthread_mutex_unlock(&budgets->mutex);
	return is_found;
}

void
budgets_save(struct budgets *budgets, struct store *store, int64_t now_ms,
    int64_t wall_sec)
{
	struct account account;
	size_t index = 0;

	while (take_dirty(budgets, &index, &account)) {
		json_t *json = write_account(&account, now_ms, wall_sec);
		char *text = json_dumps(json, JSON_COMPACT);

		if (text)
			store_put(store, KIND, account.name, text);
		free(text);
		json_decref(json);
		free(account.name);
	}
}

struct loading {
	struct budgets *budgets;
	int64_t now_ms, wall_sec;
};

static void
read_span(struct span *span, const json_t *slots, const struct loading *loading)
{
	size_t i;
	json_t *slot;

	json_array_foreach(slots, i, slot)
	{
		int64_t end_sec = json_integer_value(json_array_get(slot, 0));
		int64_t count = json_integer_value(json_array_get(slot, 1));

		if (count > 0 && count <= UINT32_MAX)
			span_restore(span,
			    loading->now_ms +
				(end_sec - loading->wall_sec) * CLOCK_SEC,
			    count, loading->now_ms);
	}
}

static void
read_account(void *arg, const char *key, const char *value)
{
	const struct loading *loading = arg;
	json_t *json = json_loads(value, 0, NULL);
	struct account *account;

	pthread_mutex_lock(&loading->budgets->mutex);
	account = account_of(loading->budgets, key);
	for (int i = 0; account && i < BUDGET_KINDS; i++)
		read_span(&account->spans[i],
		    json_object_get(json, kind_keys[i]), loading);
	pthread_mutex_unlock(&loading->budgets->mutex);
	json_decref(json);
}

void
budgets_load(struct budgets *budgets, struct store *store, int64_t now_ms,
    int64_t wall_sec)
{
	struct loading loading = {budgets, now_ms, wall_sec};

	store_each(store, KIND, read_account, &loading);
}
