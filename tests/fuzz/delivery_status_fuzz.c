/* Any bytes as the key of Postfix's delivery status filter, and the answer to
   it. What is read of it lies within it; an answer is printable. The first byte
   chooses how the key begins. */
#include "config/config.h"
#include "config/directory.h"
#include "config/problems.h"
#include "evidence/delivery_status.h"
#include "fuzz.h"
#include "standing/board.h"
#include "standing/receptions.h"
#include "../unit/uncounted_config.h"
#include "daemon/witness.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const heads[] = {"", "5.7.1 ",
    "5.7.1 host mx.example.com[192.0.2.1] said: ",
    "5.0.0 host a.mail.protection.outlook.com[192.0.2.1] said: 550 5.7.1 ",
    "4.0.0 host mx.example.com[192.0.2.1] refused to talk to me: "};
#define HEADS (sizeof heads / sizeof heads[0])

static struct egress egress = {.name = "main"};
static struct rule rule = {.name = "all", .then = ACTION_WAIT};
static struct config config = {
    .mode = MODE_ENFORCE,
    .reroute_by = REROUTE_BY_MAP,
    .egresses = &egress,
    .egress_count = 1,
    .rules = &rule,
    .rule_count = 1,
    .local_domains = {(char *[]){"example.com"}, 1},
    .receivers = {.block_after = 3,
	.throttle_after = 3,
	.within_ms = 1000000,
	.clear_after = 3,
	.keep_ms = 1000000,
	.soften_at_most_ms = INT64_MAX},
};
static struct receptions *receptions;
static struct witness *witness;
static struct board *board;
static int64_t now_ms;

static void
on_heard(void *arg, const struct sighted_reply *reply, const char *to)
{
	(void)arg, (void)to;
	must(reply->receiver[0] != '\0' && reply->egress == 0);
	receptions_see(receptions, reply, 0);
}

static void
start(void)
{
	struct problems *problems = problems_create();

	config.directory = directory_read("conf/providers.conf", problems);
	problems_destroy(&problems);
	must(config.directory != NULL);
	receptions = receptions_create(NULL);
	receptions_configure(receptions, &config);
	witness = witness_create(receptions, on_heard, NULL);
	witness_configure(witness, &config);
	board = board_create(&config);
}

static void
check(const struct piece *piece, const char *key, size_t length)
{
	uintptr_t start = (uintptr_t)piece->start, first = (uintptr_t)key;

	if (piece->length > 0)
		must(start >= first && piece->length <= length &&
		     start - first <= length - piece->length);
}

static void
check_parts(const char *key, size_t length)
{
	struct attempt attempt;

	if (delivery_status_read(key, length, &attempt) != 0)
		return;
	check(&attempt.dsn, key, length);
	check(&attempt.speaker, key, length);
	check(&attempt.text, key, length);
	must(attempt.dsn.length >= 5 && attempt.dsn.length <= 9);
	must(!attempt.is_reply || attempt.status != ATTEMPT_SENT);
}

static void
check_answer(const char *key, size_t length)
{
	const struct map_reply reply = {NULL, key, length};
	char answer[MAP_ANSWER_MAX] = "NOTFOUND ";

	witness_hear(witness, board, &reply, ++now_ms, answer);
	must(memchr(answer, '\0', sizeof answer) != NULL);
	if (strcmp(answer, "NOTFOUND ") == 0)
		return;
	must(strncmp(answer, "OK 4.7.1 repgate keeps this, ", 29) == 0);
	must(key[0] == '5');
	for (const char *c = answer; *c; c++)
		must(*c >= ' ' && *c <= '~');
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const char *head;
	size_t length;
	char *key;

	if (!board)
		start();
	if (size == 0)
		return 0;
	head = heads[bytes[0] % HEADS];
	length = strlen(head) + size - 1;
	/* Of its own size, so that reading past its end is seen. */
	key = malloc(length ? length : 1);
	must(key != NULL);
	memcpy(key, head, strlen(head));
	memcpy(key + strlen(head), bytes + 1, size - 1);
	check_parts(key, length);
	check_answer(key, length);
	free(key);
	return 0;
}
