/* What Postfix asks of one message: the map at RCPT, the milter at its end, the
   map again at delivery; each time about the sender, then the recipient. */
#include "policy/charge.h"

#include "policy/gate.h"
#include "policy/wording.h"
#include "standing/board.h"
#include "standing/budgets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define NOW (INT64_C(3600000) * 100)

static struct egress egresses[] = {{.name = "main"}};
static char *local[] = {"local.test"}, *smtp[] = {"smtp"};

struct world {
	struct route routes[2];
	const struct route *via[2];
	struct rule rules[1];
	struct config config;
	struct board_egress standings[1];
	struct board_route entries[2];
	struct board board;
	struct budgets *budgets;
	struct slip slip;
};

static int
set_up(void **state)
{
	struct world *world = calloc(1, sizeof *world);

	world->routes[0] = (struct route){.name = "smarthost",
	    .nexthop = "smtp:one",
	    .budget = {[BUDGET_PER_HOUR] = 3}};
	world->routes[1] =
	    (struct route){.name = "second", .nexthop = "smtp:two"};
	world->via[0] = &world->routes[0];
	world->via[1] = &world->routes[1];
	world->rules[0] = (struct rule){.name = "all",
	    .then = ACTION_REROUTE,
	    .via = world->via,
	    .via_count = 1,
	    .otherwise = ACTION_WAIT};
	world->config = (struct config){.mode = MODE_ENFORCE,
	    .reroute_by = REROUTE_BY_MAP,
	    .egresses = egresses,
	    .egress_count = 1,
	    .routes = world->routes,
	    .route_count = 2,
	    .rules = world->rules,
	    .rule_count = 1,
	    .local_domains = {local, 1},
	    .outbound_mailers = {smtp, 1}};
	world->standings[0] = (struct board_egress){.state = STANDING_LISTED,
	    .address = {4, {192, 0, 2, 1}},
	    .blocked_by = "P",
	    .removal = ""};
	world->entries[0].is_usable = world->entries[1].is_usable = true;
	world->board = (struct board){.config = &world->config,
	    .egresses = world->standings,
	    .routes = world->entries};
	world->budgets = budgets_create();
	*state = world;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *world = *state;

	budgets_destroy(&world->budgets);
	free(world);
	return 0;
}

static const char *
name_of(const struct verdict *verdict)
{
	return verdict->route ? verdict->route->name
			      : action_name(verdict->action);
}

static void
ask_door(struct world *world, enum door door, const char *sender,
    const char *recipient, struct verdict *out)
{
	const struct recipient one = {.address = recipient};
	const struct facts facts = {
	    .sender = sender, .recipients = &one, .recipient_count = 1};

	charge_answer(world->budgets, &world->board, door, &facts, NOW,
	    &world->slip, out);
}

/* The answer that holds: that about the recipient, where there is one. */
static const char *
ask_map(struct world *world, const char *sender, const char *recipient)
{
	struct verdict first, second;

	if (world->config.mta == MTA_SENDMAIL) {
		ask_door(world, DOOR_DELIVERY, sender, recipient, &first);
		return name_of(&first);
	}
	ask_door(world, DOOR_SENDER, sender, NULL, &first);
	ask_door(world, DOOR_RECIPIENT, NULL, recipient, &second);
	return name_of(second.action == ACTION_PASS ? &first : &second);
}

static const char *
take_in(struct world *world, const char *sender, const char *const *to,
    size_t count)
{
	struct recipient recipients[4];
	struct facts facts = {.sender = sender,
	    .recipients = recipients,
	    .recipient_count = count};
	struct verdict verdict;

	if (world->config.mta != MTA_SENDMAIL)
		ask_map(world, "", sender); /* for MAIL FROM */
	for (size_t i = 0; i < count; i++) {
		ask_map(world, sender, to[i]);
		recipients[i] = (struct recipient){to[i], "smtp", NULL};
	}
	charge_message(world->budgets, &world->board, &facts, NOW, &verdict);
	return name_of(&verdict);
}

static int64_t
left(struct world *world, enum budget_kind kind)
{
	int64_t all[BUDGET_KINDS];

	budgets_left(world->budgets, &world->routes[0], NOW, all);
	return all[kind];
}

static void
counts_each_message_once(void **state)
{
	static const char *const to[] = {"b@x.test"};
	struct world *world = *state;

	for (int i = 1; i <= 3; i++) {
		assert_string_equal(
		    take_in(world, "a@o.test", to, 1), "smarthost");
		assert_int_equal(left(world, BUDGET_PER_HOUR), 3 - i);
		assert_string_equal(
		    ask_map(world, "a@o.test", to[0]), "smarthost");
		assert_int_equal(left(world, BUDGET_PER_HOUR), 3 - i);
	}
	assert_string_equal(take_in(world, "a@o.test", to, 1), "wait");
	assert_string_equal(ask_map(world, "a@o.test", to[0]), "wait");
}

/* Incoming mail: where its sender would go is nobody's mail. */
static void
is_free_for_addresses(void **state)
{
	struct world *world = *state;

	for (int i = 0; i < 9; i++)
		assert_string_equal(
		    ask_map(world, "", "stranger@x.test"), "smarthost");
	assert_int_equal(left(world, BUDGET_PER_HOUR), 3);
	for (int i = 0; i < 3; i++)
		ask_map(world, "a@o.test", "b@x.test");
	assert_string_equal(ask_map(world, "", "stranger@x.test"), "wait");
}

/* All are taken in before any is delivered. */
static void
pays_for_deliveries_to_come(void **state)
{
	static const char *const to[] = {"b@x.test"};
	static const char *const senders[] = {
	    "a@o.test", "b@o.test", "c@o.test", "d@o.test", "e@o.test"};
	struct world *world = *state;

	for (size_t i = 0; i < COUNT(senders); i++)
		assert_string_equal(take_in(world, senders[i], to, 1),
		    i < 3 ? "smarthost" : "wait");
	for (size_t i = 0; i < COUNT(senders); i++)
		assert_string_equal(ask_map(world, senders[i], to[0]),
		    i < 3 ? "smarthost" : "wait");
	/* Another attempt counts anew. */
	assert_string_equal(ask_map(world, senders[0], to[0]), "wait");
}

static void
counts_recipients(void **state)
{
	static const char *const to[] = {
	    "b@x.test", "c@x.test", "d@local.test"};
	struct world *world = *state;

	world->routes[0].budget[BUDGET_PER_HOUR] = 0;
	world->routes[0].budget[BUDGET_RECIPIENTS_PER_DAY] = 5;
	world->routes[0].budget[BUDGET_PER_DAY] = 100;
	assert_string_equal(take_in(world, "a@o.test", to, 3), "smarthost");
	assert_int_equal(left(world, BUDGET_RECIPIENTS_PER_DAY), 2);
	assert_int_equal(left(world, BUDGET_PER_DAY), 99);
	assert_string_equal(ask_map(world, "a@o.test", to[0]), "smarthost");
	assert_string_equal(ask_map(world, "a@o.test", to[1]), "smarthost");
	assert_int_equal(left(world, BUDGET_RECIPIENTS_PER_DAY), 2);
}

/* Mail that was queued before: each question is one. */
static void
counts_what_nobody_announced(void **state)
{
	struct world *world = *state;
	char sender[32];

	for (int i = 0; i < 5; i++) {
		snprintf(sender, sizeof sender, "%d@o.test", i);
		assert_string_equal(ask_map(world, sender, "b@x.test"),
		    i < 3 ? "smarthost" : "wait");
	}
}

static void
goes_on_to_the_next(void **state)
{
	static const char *const to[] = {"b@x.test"};
	struct world *world = *state;

	world->rules[0].via_count = 2;
	for (int i = 0; i < 6; i++) {
		const char *want = i < 3 ? "smarthost" : "second";

		assert_string_equal(take_in(world, "a@o.test", to, 1), want);
		assert_string_equal(ask_map(world, "a@o.test", to[0]), want);
	}
}

/* The header moves the whole message, local recipients too. */
static void
counts_by_header(void **state)
{
	static const struct recipient to[] = {
	    {"b@x.test", "smtp", NULL}, {"c@local.test", "virtual", NULL}};
	struct world *world = *state;
	struct facts facts = {
	    .sender = "a@o.test", .recipients = to, .recipient_count = 2};
	struct verdict verdict;

	world->config.reroute_by = REROUTE_BY_HEADER;
	world->rules[0].otherwise = ACTION_HOLD;
	world->routes[0].budget[BUDGET_RECIPIENTS_PER_HOUR] = 4;
	charge_message(world->budgets, &world->board, &facts, NOW, &verdict);
	assert_string_equal(name_of(&verdict), "smarthost");
	assert_int_equal(left(world, BUDGET_RECIPIENTS_PER_HOUR), 2);
	charge_undo(world->budgets, &world->board, &facts, &verdict);
	assert_int_equal(left(world, BUDGET_RECIPIENTS_PER_HOUR), 4);
	charge_message(world->budgets, &world->board, &facts, NOW, &verdict);
	charge_message(world->budgets, &world->board, &facts, NOW, &verdict);
	assert_string_equal(name_of(&verdict), "smarthost");
	charge_message(world->budgets, &world->board, &facts, NOW, &verdict);
	assert_string_equal(name_of(&verdict), "hold");
	assert_int_equal(left(world, BUDGET_PER_HOUR), 1);
}

/* Sendmail tells both at once, and nothing of MAIL FROM; its mailertable is
   asked about senders too. */
static void
counts_for_sendmail(void **state)
{
	static const char *const to[] = {"b@x.test", "c@x.test"};
	struct world *world = *state;
	struct verdict verdict;

	world->config.mta = MTA_SENDMAIL;
	for (int i = 0; i < 3; i++) {
		assert_string_equal(
		    take_in(world, "a@o.test", to, 1), "smarthost");
		assert_int_equal(left(world, BUDGET_PER_HOUR), 2 - i);
		assert_string_equal(
		    ask_map(world, "a@o.test", to[0]), "smarthost");
		assert_int_equal(left(world, BUDGET_PER_HOUR), 2 - i);
		ask_door(world, DOOR_MAILERTABLE, NULL, "@y.test", &verdict);
		assert_int_equal(left(world, BUDGET_PER_HOUR), 2 - i);
	}
	assert_string_equal(take_in(world, "a@o.test", to, 2), "wait");
	ask_door(world, DOOR_MAILERTABLE, NULL, "@y.test", &verdict);
	assert_string_equal(name_of(&verdict), "wait");
}

static void
counts_nothing_in_monitor_mode(void **state)
{
	static const char *const to[] = {"b@local.test"};
	static const struct recipient one[] = {{"b@x.test", "smtp", NULL}};
	struct world *world = *state;
	struct facts facts = {
	    .sender = "a@o.test", .recipients = one, .recipient_count = 1};
	struct verdict verdict;

	assert_string_equal(take_in(world, "", to, 0), "pass");
	world->config.mode = MODE_MONITOR;
	for (int i = 0; i < 9; i++) {
		charge_message(
		    world->budgets, &world->board, &facts, NOW, &verdict);
		assert_string_equal(name_of(&verdict), "smarthost");
	}
	assert_int_equal(left(world, BUDGET_PER_HOUR), 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(counts_each_message_once),
	    TEST(is_free_for_addresses),
	    TEST(pays_for_deliveries_to_come),
	    TEST(counts_recipients),
	    TEST(counts_what_nobody_announced),
	    TEST(goes_on_to_the_next),
	    TEST(counts_by_header),
	    TEST(counts_for_sendmail),
	    TEST(counts_nothing_in_monitor_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
