#include "standing/held.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "config/config.h"
#include "config/egresses.h"
#include "standing/board.h"
#include "standing/store.h"

#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KIND "held"

struct held {
	pthread_mutex_t mutex;	  /* of the notes; held for a copy */
	struct held_mail **notes; /* room for HELD_NOTES_MAX */
	size_t note_count, dropped;

	/* the engine's own from here on */
	struct store *store;
	struct held_mail **mails; /* the oldest first */
	size_t count, room;
};

struct held *
held_create(void)
{
	struct held *held = alloc_zeroed(1, sizeof *held);

	pthread_mutex_init(&held->mutex, NULL);
	held->notes = alloc_zeroed(HELD_NOTES_MAX, sizeof *held->notes);
	return held;
}

void
held_destroy(struct held **held_r)
{
	struct held *held = *held_r;

	if (!held)
		return;
	*held_r = NULL;
	for (size_t i = 0; i < held->note_count; i++)
		free(held->notes[i]);
	for (size_t i = 0; i < held->count; i++)
		free(held->mails[i]);
	pthread_mutex_destroy(&held->mutex);
	free(held->notes);
	free(held->mails);
	free(held);
}

/* It becomes an argument of the MTA's commands. */
static bool
is_queue_id(const char *text)
{
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

	return length > 0 && text[length] == '\0' && strcmp(text, "ALL") != 0;
}

void
held_leave(struct held *held, const struct held_mail *mail)
{
	struct held_mail *copy = alloc_zeroed(1, sizeof *copy);
	bool is_kept;

	*copy = *mail;
	pthread_mutex_lock(&held->mutex);
	is_kept = held->note_count < HELD_NOTES_MAX && is_queue_id(mail->qid);
	if (is_kept)
		held->notes[held->note_count++] = copy;
	else
		held->dropped++;
	pthread_mutex_unlock(&held->mutex);
	if (!is_kept)
		free(copy);
}

/* ---- the table ---------------------------------------------------------- */

static void
put(struct held *held, const struct held_mail *mail)
{
	json_t *json = json_pack("{ss ss ss ss ss sI}", "sender", mail->sender,
	    "reason", mail->reason, "egress", mail->egress, "domain",
	    mail->domain, "receiver", mail->receiver, "since",
	    (json_int_t)mail->since_wall_sec);
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	if (text)
		store_put(held->store, KIND, mail->qid, text);
	free(text);
	json_decref(json);
}

/* Keeps the order of age; that of what comes in is nearly that. */
static void
insert(struct held *held, struct held_mail *mail)
{
	size_t place = held->count;

	if (held->count == held->room) {
		held->room = held->room * 2 + 16;
		held->mails =
		    alloc_resize(held->mails, held->room, sizeof *held->mails);
	}
	while (place > 0 &&
	       held->mails[place - 1]->since_wall_sec > mail->since_wall_sec) {
		held->mails[place] = held->mails[place - 1];
		place--;
	}
	held->mails[place] = mail;
	held->count++;
}

static void
forget(struct held *held, size_t place)
{
	store_forget(held->store, KIND, held->mails[place]->qid);
	free(held->mails[place]);
	held->count--;
	memmove(held->mails + place, held->mails + place + 1,
	    (held->count - place) * sizeof *held->mails);
}

int
held_forget(struct held *held, const char *qid)
{
	for (size_t i = 0; i < held->count; i++)
		if (strcmp(held->mails[i]->qid, qid) == 0) {
			forget(held, i);
			return 0;
		}
	return -1;
}

static void
take(char to[HELD_TEXT_MAX], const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	snprintf(to, HELD_TEXT_MAX, "%s", text ? text : "");
}

static void
on_record(void *arg, const char *key, const char *value)
{
	struct held *held = arg;
	json_t *json = json_loads(value, 0, NULL);
	struct held_mail *mail;

	if (json && is_queue_id(key) && strlen(key) < HELD_QID_MAX) {
		mail = alloc_zeroed(1, sizeof *mail);
		snprintf(mail->qid, sizeof mail->qid, "%s", key);
		take(mail->sender, json, "sender");
		take(mail->reason, json, "reason");
		take(mail->egress, json, "egress");
		take(mail->domain, json, "domain");
		take(mail->receiver, json, "receiver");
		mail->since_wall_sec =
		    json_integer_value(json_object_get(json, "since"));
		insert(held, mail);
	}
	json_decref(json);
}

void
held_open(struct held *held, struct store *store)
{
	held->store = store;
	store_each(store, KIND, on_record, held);
}

static size_t
take_notes(struct held *held, struct held_mail **notes)
{
	size_t count;

	pthread_mutex_lock(&held->mutex);
	count = held->note_count;
	memcpy(notes, held->notes, count * sizeof *notes);
	held->note_count = 0;
	pthread_mutex_unlock(&held->mutex);
	return count;
}

size_t
held_dropped(struct held *held)
{
	size_t dropped;

	pthread_mutex_lock(&held->mutex);
	dropped = held->dropped;
	held->dropped = 0;
	pthread_mutex_unlock(&held->mutex);
	return dropped;
}

void
held_step(struct held *held, int64_t now_wall_sec)
{
	struct held_mail *notes[HELD_NOTES_MAX];
	size_t count = take_notes(held, notes);

	for (size_t i = 0; i < count; i++) {
		/* Queue ids come again, for another message. */
		held_forget(held, notes[i]->qid);
		if (held->count == HELD_MAX)
			forget(held, 0);
		insert(held, notes[i]);
		put(held, notes[i]);
	}
	while (held->count > 0 &&
	       now_wall_sec - held->mails[0]->since_wall_sec > HELD_KEEP_SEC)
		forget(held, 0);
}

/* ---- what it is held for ------------------------------------------------ */

/* Where nothing is known of a receiver any more, nothing speaks against it. */
static bool
is_open(const struct board *board, size_t egress, const char *receiver)
{
	const struct board_receiver *entry =
	    board_find_receiver(board, egress, receiver);

	return !entry || !entry->is_gated;
}

/* Unknown is not enough: after a start all is unknown. */
static bool
is_cleared(const struct board *board, const struct held_mail *mail)
{
	const struct board_domain *domain;
	const struct egress *egress;
	size_t index;

	if (mail->domain[0]) {
		domain = board_find_domain(board, mail->domain);
		return domain && domain->state == STANDING_CLEAN;
	}
	egress = egresses_find(board->config, mail->egress);
	if (!egress)
		return false;
	index = egress - board->config->egresses;
	return board->egresses[index].state == STANDING_CLEAN &&
	       (!mail->receiver[0] || is_open(board, index, mail->receiver));
}

static json_t *
mail_json(const struct board *board, const struct held_mail *mail,
    int64_t now_wall_sec)
{
	char since[CLOCK_TEXT_MAX];

	clock_format(since, mail->since_wall_sec);
	return json_pack("{ss ss ss ss ss sI sb}", "qid", mail->qid, "sender",
	    mail->sender, "egress", mail->egress, "reason", mail->reason,
	    "since", since, "age",
	    (json_int_t)(now_wall_sec - mail->since_wall_sec), "cleared",
	    board && is_cleared(board, mail));
}

char *
held_json(
    const struct held *held, const struct board *board, int64_t now_wall_sec)
{
	json_t *list = json_array(), *json = json_object();
	char *text;

	for (size_t i = 0; i < held->count; i++) {
		json_t *mail = mail_json(board, held->mails[i], now_wall_sec);

		if (mail)
			json_array_append_new(list, mail);
	}
	json_object_set_new(json, "held", list);
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	return text;
}
