#include "daemon/hearsay.h"

#include "base/clock.h"
#include "daemon/command.h"
#include "daemon/publisher.h"
#include "evidence/exchanges.h"
#include "evidence/watch.h"
#include "scratch_config.h"
#include "standing/board.h"
#include "standing/receptions.h"

#include <event2/event.h>

#include <time.h>

#define TENTHS_MAX 200
#define MICROSOFT "Microsoft 365"
#define HOST "contoso-com.mail.protection.outlook.com"
#define BLOCK                                                           \
	"host " HOST "[198.51.100.1] said: 550 5.7.1 Unfortunately, "   \
	"messages from [192.0.2.10] weren't sent. Please contact your " \
	"Internet service provider since part of their network is on "  \
	"our block list (S3140). (in reply to MAIL FROM command)"

#define EGRESS(name, address, senders)                                   \
	"{ name = \"" name "\"; addresses = \"" address "\"; senders = " \
	"\"" senders "\"; }"
#define MAIN EGRESS("main", "192.0.2.10", "@example.com")
#define NEWS EGRESS("news", "192.0.2.11", "@news.example.com")
#define ENFORCE "mode = \"enforce\"; "
#define COMMAND "on_block = \"/bin/true {qid}\"; "

static const char *path;	/* of the log */
static struct config *in_force; /* a reference */
static struct event_base *base;
static struct board_slot *slot;
static struct receptions *receptions;
static struct hearsay *hearsay;

/* ---- in the place of what the hearsay sets in motion --------------------- */

static int asked, renewed;
static bool is_busy;
static char runs[256]; /* "4A1 4A2 " */

void
watch_ask_named(struct watch *watch, const char *name, int64_t now_ms)
{
	(void)watch, (void)name, (void)now_ms;
	asked++;
}

void
publisher_want(struct publisher *publisher)
{
	(void)publisher;
	renewed++;
}

bool
command_has_room(void)
{
	return !is_busy;
}

int
command_run(const char *setting, const struct strings *command, const char *qid)
{
	assert_string_equal(setting, "on_block");
	assert_string_equal(command->items[0], "/bin/true");
	snprintf(runs + strlen(runs), sizeof runs - strlen(runs), "%s ", qid);
	return 0;
}

/* ---- the world ----------------------------------------------------------- */

/* Microsoft is gated for the egress of that index; for none if it is -1. */
static void
publish(int gated)
{
	struct board *board = board_create(in_force);
	const struct board_receiver receiver = {
	    .egress = gated,
	    .name = (char *)MICROSOFT,
	    .blocked_by = "",
	    .list = "",
	    .removal = "",
	    .acts_on = "",
	    .state = RECEIVER_BLOCKED,
	    .is_gated = true,
	};

	if (gated >= 0)
		board_add_receiver(board, &receiver);
	board_sort(board);
	board_publish(slot, board);
}

static void
configure(const char *egresses, const char *rest)
{
	struct config *old = in_force;
	char cwd[256], text[2048];

	assert_non_null(getcwd(cwd, sizeof cwd));
	snprintf(text, sizeof text,
	    "providers = \"%s/conf/providers.conf\"; egress = ( %s );\n"
	    "lists = ( { list = \"spamhaus-zen\"; } ); listed_at = 1;\n"
	    "maillog = ( { file = \"%s\"; egress = \"main\"; } );\n"
	    "receivers: { block_after = 1; };\n%s",
	    cwd, egresses, path, rest);
	in_force = load(text);
	if (!in_force)
		print_problems();
	assert_non_null(in_force);
	receptions_configure(receptions, in_force);
	hearsay_configure(hearsay, in_force);
	publish(-1);
	config_unref(old);
}

static int
begin(void **state)
{
	if (setup(state) != 0)
		return -1;
	path = scratch_write("mail.log", "");
	asked = renewed = 0;
	is_busy = false;
	runs[0] = '\0';
	base = event_base_new();
	slot = board_slot_create();
	receptions = receptions_create(NULL);
	hearsay = hearsay_create(base,
	    &(struct hearsay_terms){.slot = slot, .receptions = receptions});
	configure(MAIN "," NEWS, ENFORCE COMMAND);
	hearsay_start(hearsay);
	return 0;
}

static int
end(void **state)
{
	hearsay_destroy(&hearsay);
	receptions_destroy(&receptions);
	board_slot_destroy(&slot);
	event_base_free(base);
	config_unref(in_force);
	in_force = NULL;
	return teardown(state);
}

static void
append(const char *qid)
{
	FILE *file = fopen(path, "a");
	time_t now = time(NULL);
	char stamp[32];

	assert_non_null(file);
	strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	fprintf(file,
	    "%s mail postfix/smtp[1]: %s: to=<b@contoso.example>, "
	    "relay=" HOST "[198.51.100.1]:25, delay=1, delays=0/0/1/0, "
	    "dsn=4.7.1, status=deferred (" BLOCK ")\n",
	    stamp, qid);
	fclose(file);
}

/* Again and again, until the log is followed. */
static void
put_off(const char *qid)
{
	const struct timespec tenth = {.tv_nsec = 100000000};
	int before = asked;

	for (int i = 0; i < TENTHS_MAX && asked == before; i++) {
		append(qid);
		nanosleep(&tenth, NULL);
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	assert_int_not_equal(asked, before);
}

/* ---- the tests ----------------------------------------------------------- */

static void
gives_a_turn_to_mail_that_was_put_off(void **state)
{
	(void)state;
	put_off("4A1");
	hearsay_tick(hearsay, 1000);
	assert_string_equal(runs, "");
	publish(0);
	hearsay_tick(hearsay, 2000);
	assert_string_equal(runs, "4A1 ");
	hearsay_tick(hearsay, 3000);
	assert_string_equal(runs, "4A1 ");
}

static void
gives_none_in_monitor_mode_or_without_a_command(void **state)
{
	(void)state;
	put_off("4A1");
	configure(MAIN "," NEWS, COMMAND);
	publish(0);
	hearsay_tick(hearsay, 1000);
	configure(MAIN "," NEWS, ENFORCE);
	publish(0);
	hearsay_tick(hearsay, 2000);
	assert_string_equal(runs, "");
}

static void
keeps_the_turn_while_too_many_commands_run(void **state)
{
	(void)state;
	put_off("4A1");
	publish(0);
	is_busy = true;
	hearsay_tick(hearsay, 1000);
	assert_string_equal(runs, "");
	is_busy = false;
	hearsay_tick(hearsay, 2000);
	assert_string_equal(runs, "4A1 ");
}

/* After the reload "news" is where "main" was. */
static void
knows_whose_mail_it_is_after_a_reload(void **state)
{
	(void)state;
	put_off("4A1");
	configure(NEWS "," MAIN, ENFORCE COMMAND);
	publish(0);
	hearsay_tick(hearsay, 1000);
	assert_string_equal(runs, "");
	publish(1);
	hearsay_tick(hearsay, 2000);
	assert_string_equal(runs, "4A1 ");
}

static void
learns_who_takes_mail_in(void **state)
{
	char name[RECEIVER_NAME_MAX] = "";

	(void)state;
	put_off("4A1");
	assert_int_equal(exchanges_recall(board_exchanges(slot),
			     "contoso.example", clock_now_ms(), name),
	    0);
	assert_string_equal(name, MICROSOFT);
}

static void
tell(const char *key)
{
	const struct map_reply reply = {"main", key, strlen(key)};
	struct board *board = board_current(slot);
	char answer[MAP_ANSWER_MAX];

	hearsay_reply(hearsay, board, &reply, answer);
	board_unref(board);
}

static void
acts_on_what_postfix_tells(void **state)
{
	(void)state;
	tell("5.1.1 host " HOST "[198.51.100.1] said: 550 5.1.1 User unknown "
	     "(in reply to RCPT TO command)");
	assert_int_equal(asked, 0);
	assert_int_equal(renewed, 0);
	tell("5.7.1 " BLOCK);
	assert_int_equal(asked, 1);
	assert_int_equal(renewed, 1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	    TEST(gives_a_turn_to_mail_that_was_put_off),
	    TEST(gives_none_in_monitor_mode_or_without_a_command),
	    TEST(keeps_the_turn_while_too_many_commands_run),
	    TEST(knows_whose_mail_it_is_after_a_reload),
	    TEST(learns_who_takes_mail_in),
	    TEST(acts_on_what_postfix_tells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
