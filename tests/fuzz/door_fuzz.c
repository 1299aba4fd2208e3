/* Any bytes as what the MTA tells of a message: sender, login name, recipient,
   mailer, receiver, queue id; and who is said to block it. Whatever they are,
   the gate: line stays one line with our keys in their order, and what goes
   back to the MTA is printable and in its form. The first bytes choose the
   rule and what is listed; the texts follow, each up to a NUL. */
#include "base/line.h"
#include "config/config.h"
#include "config/problems.h"
#include "fuzz.h"
#include "policy/gate.h"
#include "policy/wording.h"
#include "standing/board.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum text { SENDER, USER, RECIPIENT, MAILER, RECEIVER, QUEUE_ID, NAME, TEXTS };

static char *texts[TEXTS]; /* "": not told */

/* With what the last rule does and who tells the MTA of it. */
#define CONFIGURATION                                                        \
	"providers = \"/proc/self/cwd/conf/providers.conf\";"                \
	"egress = ( { name = \"news\"; addresses = [ \"203.0.113.6\" ];"     \
	" senders = [ \"@news.test\" ]; },"                                  \
	" { name = \"main\"; addresses = [ \"203.0.113.5\" ]; } );"          \
	"lists = ( { list = \"spamcop\"; }, { list = \"spamhaus-dbl\"; } );" \
	"local_domains = [ \"example.com\" ];"                               \
	"routes = ( { name = \"smarthost\";"                                 \
	" nexthop = \"smtp:[smarthost.test]:587\"; } );"                     \
	"policy = ( { name = \"domain\"; sender_domain = \"listed\";"        \
	" then = \"hold\"; },"                                               \
	" { name = \"some\"; senders = [ \"@ours.test\", \"<>\" ];"          \
	" users = [ \"*\" ]; recipients = [ \"@example.org\" ];"             \
	" then = \"defer\"; },"                                              \
	" { name = \"receiver\"; receivers = [ \"*\" ]; then = \"hold\"; }," \
	" { name = \"all\"; then = %s } );"                                  \
	"reroute_by = \"%s\"; map: { socket = \"unix:/tmp/map\"; };"

static const struct {
	const char *then, *reroute_by;
} endings[] = {
    {"\"pass\";", "header"},
    {"\"hold\";", "map"},
    {"\"defer\";", "header"},
    {"\"wait\";", "map"},
    {"\"reroute\"; via = [ \"smarthost\" ]; otherwise = \"defer\";", "header"},
    {"\"reroute\"; via = [ \"smarthost\" ]; otherwise = \"wait\";", "map"},
};

static void
check_printable(const char *text)
{
	for (; *text; text++)
		must(*text >= ' ' && *text <= '~');
}

/* The keys of a gate: line in the order that they come in. */
static const char *const keys[] = {"qid", "door", "action", "via", "probe",
    "egress", "domain", "address", "blocked-by", "share", "rule", "from", "to",
    "rcpts", "user", "mode", "cause"};

/* Reads "key=" of one of keys[first] and those after it; its index. */
static size_t
read_key(const char **at, size_t first)
{
	for (size_t i = first; i < COUNT(keys); i++) {
		size_t length = strlen(keys[i]);

		if (strncmp(*at, keys[i], length) == 0 &&
		    (*at)[length] == '=') {
			*at += length + 1;
			return i;
		}
	}
	abort();
}

static void
skip_value(const char **at)
{
	bool is_quoted = **at == '"';

	if (!is_quoted) {
		for (; **at && **at != ' '; ++*at)
			must(**at != '"' && **at != '=');
		return;
	}
	for (++*at; **at != '"'; ++*at) {
		must(**at != '\0');
		if (**at == '\\')
			must(*++*at != '\0');
	}
	++*at;
}

static void
check_line(const struct line *line)
{
	const char *at = line->text;
	size_t next = 0;

	must(line->length == strlen(line->text));
	check_printable(line->text);
	must(strncmp(at, "gate: ", 6) == 0);
	for (at += 6; *at && strcmp(at, "...") != 0;) {
		next = read_key(&at, next) + 1;
		skip_value(&at);
		if (*at)
			must(*at++ == ' ');
	}
}

static void
check_answer(const struct verdict *verdict)
{
	char text[WORDING_MAX];

	check_printable(wording_map(text, verdict));
	must(strcmp(text, "NOTFOUND ") == 0 ||
	     (strncmp(text, "OK ", 3) == 0 && text[3] && strlen(text) > 4));
	for (int is_queue_run = 0; is_queue_run <= 1; is_queue_run++) {
		check_printable(wording_mailertable(
		    text, verdict, texts[RECIPIENT], is_queue_run));
		must(strlen(text) < 256);
		must(strcmp(text, "NOTFOUND ") == 0 ||
		     (strncmp(text, "OK ", 3) == 0 && text[3]));
	}
	if (!verdict->is_gated)
		return;
	check_printable(wording_defer(text, verdict));
	check_printable(wording_hold(text, verdict));
}

static const char *
told(enum text text)
{
	return texts[text][0] ? texts[text] : NULL;
}

static void
check_doors(const struct board *board)
{
	const struct recipient recipient = {
	    told(RECIPIENT), told(MAILER), told(RECEIVER)};
	const struct facts facts = {.sender = texts[SENDER],
	    .user = told(USER),
	    .recipients = &recipient,
	    .recipient_count = 1};
	struct verdict verdict;
	struct line line;

	gate_decide(board, &facts, &verdict);
	verdict_line(
	    &line, &verdict, &facts, MODE_ENFORCE, told(QUEUE_ID), told(NAME));
	check_line(&line);
	check_answer(&verdict);
	for (enum door door = DOOR_SENDER; door <= DOOR_MAILERTABLE; door++) {
		const char *address =
		    texts[door == DOOR_SENDER ? SENDER : RECIPIENT];

		gate_answer(board, door, address, told(RECEIVER), &verdict);
		verdict_line_of_answer(
		    &line, &verdict, door, address, MODE_ENFORCE);
		check_line(&line);
		check_answer(&verdict);
	}
	gate_answer_delivery(board, texts[SENDER], &recipient, &verdict);
	check_answer(&verdict);
}

/* Takes the text up to the next NUL, or to the end. */
static char *
take_text(const uint8_t **at, const uint8_t *end)
{
	size_t length = strnlen((const char *)*at, (size_t)(end - *at));
	char *text = malloc(length + 1);

	must(text != NULL);
	memcpy(text, *at, length);
	text[length] = '\0';
	*at += length;
	if (*at < end)
		++*at;
	return text;
}

static struct config *
load(const char *then, const char *reroute_by)
{
	struct problems *problems = problems_create();
	struct config *config;
	char path[64];
	int fd = memfd_create("configuration", 0);

	must(fd >= 0 && dprintf(fd, CONFIGURATION, then, reroute_by) > 0);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	config = config_load(path, problems);
	for (size_t i = 0; !config && i < problems_count(problems); i++)
		fprintf(stderr, "%s\n", problems_text(problems, i));
	must(config != NULL);
	problems_destroy(&problems);
	close(fd);
	return config;
}

static struct config *
choose_config(uint8_t byte)
{
	static struct config *configs[COUNT(endings)];
	const size_t i = byte % COUNT(endings);

	if (!configs[i])
		configs[i] = load(endings[i].then, endings[i].reroute_by);
	return configs[i];
}

static struct board *
make_board(struct config *config, uint8_t listed)
{
	struct board *board = board_create(config);
	const struct board_receiver receiver = {.egress = 1,
	    .name = texts[RECEIVER],
	    .blocked_by = texts[NAME],
	    .list = "",
	    .removal = texts[NAME],
	    .acts_on = "",
	    .state = RECEIVER_BLOCKED,
	    .is_gated = true};

	for (size_t i = 0; i < config->egress_count; i++) {
		struct board_egress *egress = &board->egresses[i];

		egress->state =
		    listed & 1U << i ? STANDING_LISTED : STANDING_CLEAN;
		egress->address = (struct address){4, {203, 0, 113, 5}};
		board_egress_blame(egress, texts[NAME], texts[NAME]);
	}
	if (listed & 4)
		board_add_domain(
		    board, "ours.test", "ours.test", texts[NAME], texts[NAME])
		    ->state = STANDING_LISTED;
	if (listed & 8)
		board_add_receiver(board, &receiver);
	board_route_judge(&board->routes[0], listed & 16 ? "dead" : "");
	board_sort(board);
	return board;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const uint8_t *at = bytes + 2, *end = bytes + size;
	struct board *board;

	if (size < 2)
		return 0;
	for (size_t i = 0; i < TEXTS; i++)
		texts[i] = take_text(&at, end);
	board = make_board(choose_config(bytes[0]), bytes[1]);
	check_doors(board);
	board_unref(board);
	for (size_t i = 0; i < TEXTS; i++)
		free(texts[i]);
	return 0;
}
