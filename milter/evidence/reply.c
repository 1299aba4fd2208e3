#include "evidence/reply.h"

#include "base/expressions.h"
#include "config/list.h"
#include "evidence/words.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool is_about_sender(enum reply_class class)
{
	return class == REPLY_IP_BLOCKED || class == REPLY_IP_THROTTLED ||
	       class == REPLY_DOMAIN_BLOCKED;
}

static bool is_about_address(enum reply_class class)
{
	return class == REPLY_IP_BLOCKED || class == REPLY_IP_THROTTLED;
}

/* ---- class and list ------------------------------------------------------ */

/* NULL if no pattern matches. */
static const struct reply_rule *
find_rule(const struct reply_rules *rules, const struct words *words,
    struct capture *capture)
{
	int index = expressions_find(
	    rules->patterns, words->text, words->length, capture);

	return index < 0 ? NULL : &rules->items[index];
}

/* What a pattern's (?<list>...) matched, without a full stop behind it. */
static void
copy_capture(char list[REPLY_LIST_MAX], const struct capture *capture)
{
	size_t length = capture->length;

	while (length > 0 && strchr(".,;:", capture->start[length - 1]))
		length--;
	if (length >= REPLY_LIST_MAX)
		length = REPLY_LIST_MAX - 1;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = capture->start[i];

		list[i] = c < ' ' || c > '~' ? '?' : c;
	}
	list[length] = '\0';
}

/* A list that we know by name goes by that name, however it was written. */
static void
name_list(const struct receivers *receivers, const struct words *words,
    const struct reply_rule *rule, const struct capture *capture,
    struct reply_sense *out)
{
	struct capture none;
	int index = -1;

	if (rule->list)
		snprintf(out->list, sizeof out->list, "%s", rule->list);
	else
		index = expressions_find(receivers->list_patterns, words->text,
		    words->length, &none);
	if (index >= 0) {
		const struct list_name *name = &receivers->list_names[index];

		snprintf(out->list, sizeof out->list, "%s",
		    name->name ? name->name : "");
		out->list_removal = name->removal;
	} else if (!rule->list) {
		copy_capture(out->list, capture);
	}
}

void
reply_read_words(const struct receivers *receivers,
    const struct receiver *receiver, const struct words *words,
    struct reply_sense *out)
{
	const struct reply_rule *rule = NULL;
	struct capture capture;

	*out = (struct reply_sense){.class = REPLY_UNRELATED};
	if (receiver)
		rule = find_rule(&receiver->rules, words, &capture);
	if (!rule)
		rule = find_rule(&receivers->tellings, words, &capture);
	if (!rule)
		rule = find_rule(&receivers->rules, words, &capture);
	if (!rule)
		return;
	out->class = rule->class;
	out->removal = rule->removal;
	if (is_about_sender(rule->class))
		name_list(receivers, words, rule, &capture, out);
}

/* ---- addresses ----------------------------------------------------------- */

static struct address
backwards(const struct address *address)
{
	struct address reversed = *address;

	for (int i = 0; i < 4; i++)
		reversed.bytes[i] = address->bytes[3 - i];
	return reversed;
}

/* Of the quoted network no bit beyond its prefix counts. */
static bool
covers(const struct network *network, const struct address *address)
{
	struct network tidy = *network;
	size_t size = network->address.family == 4 ? 4 : 16;

	for (size_t i = 0; i < size; i++) {
		int bits = network->bits - (int)i * 8;

		if (bits <= 0)
			tidy.address.bytes[i] = 0;
		else if (bits < 8)
			tidy.address.bytes[i] &= 0xff << (8 - bits);
	}
	return network_contains(&tidy, address);
}

/* The address of ours that a quote means, or NULL. */
static const struct address *
our_address(const struct reply *reply, const struct quote *quote)
{
	struct address reversed;

	for (size_t i = 0; i < reply->our_count; i++) {
		const struct address *ours = &reply->ours[i];

		if (covers(&quote->network, ours))
			return ours;
		if (!quote->is_in_name || quote->network.address.family != 4)
			continue;
		reversed = backwards(&quote->network.address);
		if (address_equal(&reversed, ours))
			return ours;
	}
	return NULL;
}

static bool
is_private(const struct address *address)
{
	const uint8_t *bytes = address->bytes;

	if (address->family == 6)
		return (bytes[0] & 0xfe) == 0xfc ||
		       (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80);
	return bytes[0] == 10 || (bytes[0] == 192 && bytes[1] == 168) ||
	       (bytes[0] == 172 && (bytes[1] & 0xf0) == 16) ||
	       (bytes[0] == 169 && bytes[1] == 254);
}

/* A host name says nothing of whose address it was made of. */
static void
read_quotes(
    const struct reply *reply, const struct words *words, struct meaning *out)
{
	out->quote = REPLY_QUOTES_NONE;
	out->address = (struct address){0};
	for (size_t i = 0; i < words->quote_count; i++) {
		const struct quote *quote = &words->quotes[i];
		const struct address *ours = our_address(reply, quote);
		enum reply_quote kind = REPLY_QUOTES_OTHERS;

		if (ours) {
			out->quote = REPLY_QUOTES_US;
			out->address = *ours;
			return;
		}
		if (reply->our_count == 0 &&
		    !is_private(&quote->network.address))
			kind = REPLY_QUOTES_SOME;
		if (quote->is_in_name || out->quote == REPLY_QUOTES_SOME ||
		    (out->quote == REPLY_QUOTES_OTHERS &&
			kind == REPLY_QUOTES_OTHERS))
			continue;
		out->quote = kind;
		out->address = quote->network.address;
	}
}

/* ---- where to ask for removal -------------------------------------------- */

static bool
is_url_byte(char c)
{
	return c > ' ' && c < 0x7f && !strchr("<>\"'\\{}|^`", c);
}

/* The length of the URL at the start of text, or 0. */
static size_t
url_at(const char *text, size_t length)
{
	size_t scheme, end;

	if (length > 7 && strncasecmp(text, "http://", 7) == 0)
		scheme = 7;
	else if (length > 8 && strncasecmp(text, "https://", 8) == 0)
		scheme = 8;
	else
		return 0;
	for (end = scheme; end < length && is_url_byte(text[end]); end++)
		continue;
	while (end > scheme && strchr(".,;:!)]", text[end - 1]))
		end--;
	return end > scheme ? end : 0;
}

/* The first URL, which in all the forms we know is the one to go to. */
static bool
find_url(const char *text, size_t length, char url[REPLY_REMOVAL_MAX])
{
	for (size_t i = 0; i + 7 < length; i++) {
		size_t size;

		if ((text[i] | 0x20) != 'h')
			continue;
		size = url_at(text + i, length - i);
		if (size == 0 || size >= REPLY_REMOVAL_MAX)
			continue;
		memcpy(url, text + i, size);
		url[size] = '\0';
		return true;
	}
	return false;
}

static void
find_removal(const struct reply *reply, const struct reply_sense *sense,
    struct meaning *out)
{
	char subject[ADDRESS_TEXT_MAX] = "";
	const char *known = sense->removal;
	size_t length = reply->length < WORDS_MAX ? reply->length : WORDS_MAX;

	out->removal[0] = '\0';
	if (!known && find_url(reply->text, length, out->removal))
		return;
	if (!known)
		known = sense->list_removal;
	if (!known && reply->receiver)
		known = reply->receiver->removal;
	if (!known)
		return;
	if (out->address.family != 0)
		address_format(subject, &out->address);
	list_url(out->removal, sizeof out->removal, known, subject);
}

/* ---- all of it ----------------------------------------------------------- */

void
reply_conclude(const struct reply *reply, const struct words *words,
    const struct reply_sense *sense, struct meaning *out)
{
	out->class = sense->class;
	out->list[0] = '\0';
	out->removal[0] = '\0';
	read_quotes(reply, words, out);
	if (is_about_address(out->class) &&
	    (out->quote == REPLY_QUOTES_OTHERS ||
		(words->is_nested && out->quote != REPLY_QUOTES_US)))
		out->class = REPLY_UNRELATED;
	if (!is_about_sender(out->class))
		return;
	memcpy(out->list, sense->list, sizeof out->list);
	find_removal(reply, sense, out);
}

void
reply_read(const struct receivers *receivers, const struct reply *reply,
    struct meaning *out)
{
	struct words words;
	struct reply_sense sense;

	words_read(&words, reply->text, reply->length, reply->code,
	    reply->status, reply->stage == REPLY_STAGE_GREETING);
	reply_read_words(receivers, reply->receiver, &words, &sense);
	reply_conclude(reply, &words, &sense, out);
}
