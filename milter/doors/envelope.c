#include "doors/envelope.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

/* "<user@example.com>" -> "user@example.com"; libmilter keeps the brackets. */
static char *
without_brackets(const char *path)
{
	size_t length = strlen(path);

	if (length >= 2 && path[0] == '<' && path[length - 1] == '>')
		return alloc_bytes(path + 1, length - 2);
	return alloc_string(path);
}

void
envelope_open(struct envelope *envelope, const char *sender, const char *user,
    const char *client)
{
	envelope_clear(envelope);
	envelope->is_open = true;
	envelope->sender = without_brackets(sender);
	envelope->user = user ? alloc_string(user) : NULL;
	if (client)
		address_parse(client, &envelope->client);
}

struct recipient *
envelope_add(struct envelope *envelope, const char *address, const char *mailer)
{
	size_t bytes = sizeof(struct recipient) + strlen(address) +
		       (mailer ? strlen(mailer) : 0);
	struct recipient *recipient;

	if (bytes > ENVELOPE_BYTES_MAX - envelope->bytes) {
		envelope->left_out++;
		return NULL;
	}
	if (envelope->recipient_count == envelope->recipient_room) {
		envelope->recipient_room = envelope->recipient_room * 2 + 4;
		envelope->recipients = alloc_resize(envelope->recipients,
		    envelope->recipient_room, sizeof *envelope->recipients);
	}
	envelope->bytes += bytes;
	recipient = &envelope->recipients[envelope->recipient_count++];
	*recipient = (struct recipient){
	    .address = without_brackets(address),
	    .mailer = mailer ? alloc_string(mailer) : NULL,
	};
	return recipient;
}

void
envelope_set_receiver(struct recipient *recipient, const char *receiver)
{
	free((char *)recipient->receiver);
	recipient->receiver = alloc_string(receiver);
}

void
envelope_facts(const struct envelope *envelope, struct facts *out)
{
	*out = (struct facts){
	    .sender = envelope->sender ? envelope->sender : "",
	    .user = envelope->user,
	    .client = envelope->client,
	    .recipients = envelope->recipients,
	    .recipient_count = envelope->recipient_count,
	};
}

void
envelope_clear(struct envelope *envelope)
{
	for (size_t i = 0; i < envelope->recipient_count; i++) {
		free((char *)envelope->recipients[i].address);
		free((char *)envelope->recipients[i].mailer);
		free((char *)envelope->recipients[i].receiver);
	}
	free(envelope->recipients);
	free(envelope->sender);
	free(envelope->user);
	*envelope = (struct envelope){0};
}
