#include "doors/question.h"

#include "config/pattern.h"
#include "policy/gate.h"
#include "policy/wording.h"

#include <string.h>

#define SEPARATOR ';'

/* What Sendmail calls the sender of its own bounces. */
#define DAEMON_SENDER "MAILER-DAEMON"

static int
door_of(const char *name, size_t length, enum door *door)
{
	static const enum door doors[] = {
	    DOOR_SENDER, DOOR_RECIPIENT, DOOR_MAILERTABLE, DOOR_DELIVERY};

	for (size_t i = 0; i < sizeof doors / sizeof doors[0]; i++) {
		const char *known = door_name(doors[i]);

		if (strlen(known) == length &&
		    memcmp(known, name, length) == 0) {
			*door = doors[i];
			return 0;
		}
	}
	return -1;
}

/* The null sender is asked for in both spellings. */
static const char *
sender_of(const char *key)
{
	if (strcmp(key, "<>") == 0 || strcmp(key, "\"<>\"") == 0 ||
	    strcmp(key, DAEMON_SENDER) == 0)
		return "";
	return key;
}

/* Sendmail takes the quotes off, so that a separator may be of a local part;
   then nobody can tell. */
static int
read_delivery(char *key, struct question *out)
{
	char *sender = strchr(key, SEPARATOR), *recipient;

	recipient = sender ? strchr(sender + 1, SEPARATOR) : NULL;
	if (!recipient || strchr(recipient + 1, SEPARATOR))
		return -1;
	*sender++ = *recipient++ = '\0';
	out->is_queue_run = key[0] == '\0';
	out->sender = sender_of(sender);
	out->recipient = recipient;
	return recipient[0] ? 0 : -1;
}

int
question_read(const char *name, size_t name_length, const char *key,
    size_t key_length, struct question *out)
{
	char *text = out->text + 1;

	out->sender = out->recipient = out->receiver = NULL;
	out->is_queue_run = false;
	if (key_length == 0 || key_length > SOCKETMAP_REQUEST_MAX ||
	    memchr(key, '\0', key_length) ||
	    door_of(name, name_length, &out->door) != 0)
		return -1;
	memcpy(text, key, key_length);
	text[key_length] = '\0';
	if (out->door == DOOR_DELIVERY)
		return read_delivery(text, out);
	if (out->door == DOOR_SENDER) {
		out->sender = sender_of(text);
	} else if (out->door == DOOR_RECIPIENT) {
		out->recipient = text;
	} else {
		/* As an address of that domain. One with a dot in front is what
		   no mail goes to. */
		if (text[0] == '.')
			return -1;
		out->text[0] = '@';
		out->recipient = out->text;
	}
	return 0;
}

void
question_facts(const struct question *question, struct facts *facts,
    struct recipient *recipient)
{
	*recipient = (struct recipient){
	    .address = question->recipient, .receiver = question->receiver};
	*facts = (struct facts){.sender = question->sender,
	    .recipients = recipient,
	    .recipient_count = 1};
}

void
question_decide(const struct board *board, const struct question *question,
    struct verdict *out)
{
	struct recipient recipient;
	struct facts facts;

	question_facts(question, &facts, &recipient);
	gate_answer_facts(board, question->door, &facts, out);
}

const char *
question_answer(
    char *text, const struct question *question, const struct verdict *verdict)
{
	if (question->door == DOOR_SENDER || question->door == DOOR_RECIPIENT)
		return wording_map(text, verdict);
	return wording_mailertable(text, verdict,
	    pattern_domain_of(question->recipient), question->is_queue_run);
}

const char *
question_subject(const struct question *question)
{
	return question->recipient ? question->recipient : question->sender;
}
