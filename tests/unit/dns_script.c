#include "dns_script.h"

#include "base/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define UDP_MAX 512 /* more goes by TCP (RFC 1035, 4.2.1) */
#define WORDS_MAX 48
#define LINE_MAX_LENGTH 512

enum { A = 1, NS = 2, CNAME = 5, SOA = 6, MX = 15, TXT = 16, AAAA = 28 };
enum { ANY = 0 };
enum { SERVFAIL = 2, NXDOMAIN = 3, REFUSED = 5 };
enum { QR = 0x8000, TC = 0x0200 };
/* Where the counts of the sections stand, by their low bytes. */
enum { QUESTIONS = 5, ANSWERS = 7, AUTHORITY = 9 };
enum { HEADER = 12, TO_QUESTION = 0xc000 | HEADER };

static const struct {
	const char *name;
	uint16_t type;
} type_names[] = {
    {"A", A}, {"AAAA", AAAA}, {"MX", MX}, {"TXT", TXT}, {"*", ANY}};

/* "name", "*.suffix" or "*". */
struct scope {
	const char *name; /* of a suffix with its dot; "" holds for all */
	size_t length;
	bool is_suffix;
};

struct rule {
	char *line;		/* the words point into it */
	char *words[WORDS_MAX]; /* NAME TYPE HOW ... */
	int count;
	char *text; /* what follows the words of HOW, escapes done */
	size_t text_length;
	unsigned used;
	struct scope scope;
	uint16_t type;
};

struct latency {
	char *line;
	struct scope scope;
	int ms;
};

struct dns_script {
	struct rule *rules;
	size_t rule_count;
	struct latency *latencies;
	size_t latency_count;
};

static void
must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "dns_script: %s\n", what);
	abort();
}

/* ---- packets ------------------------------------------------------------ */

static void
put(struct packet *packet, const void *bytes, size_t length)
{
	must(packet->length + length <= PACKET_MAX, "packet is full");
	memcpy(packet->bytes + packet->length, bytes, length);
	packet->length += length;
}

static void
put16(struct packet *packet, uint16_t value)
{
	value = htons(value);
	put(packet, &value, 2);
}

static void
put32(struct packet *packet, uint32_t value)
{
	value = htonl(value);
	put(packet, &value, 4);
}

static void
put_name(struct packet *packet, const char *name)
{
	while (*name != '\0') {
		uint8_t length = strcspn(name, ".");

		if (length > 0) {
			put(packet, &length, 1);
			put(packet, name, length);
		}
		name += length + (name[length] == '.');
	}
	put(packet, "", 1);
}

/* owner NULL: a pointer to the question. */
static void
put_record(struct packet *packet, int section, const char *owner, uint16_t type,
    uint32_t ttl)
{
	packet->bytes[section]++;
	if (owner)
		put_name(packet, owner);
	else
		put16(packet, TO_QUESTION);
	put16(packet, type);
	put16(packet, 1);
	put32(packet, ttl);
}

static void
put_addresses(
    struct packet *packet, const char *owner, uint32_t ttl, char **words)
{
	for (; *words; words++) {
		struct address address;
		uint16_t length;

		must(address_parse(*words, &address) == 0, *words);
		length = address.family == 4 ? 4 : 16;
		put_record(packet, ANSWERS, owner, length == 4 ? A : AAAA, ttl);
		put16(packet, length);
		put(packet, address.bytes, length);
	}
}

static void
put_exchanges(struct packet *packet, uint32_t ttl, char **words)
{
	for (; words[0] && words[1]; words += 2) {
		struct packet data = {.length = 0};

		put16(&data, strtoul(words[0], NULL, 10));
		put_name(&data, words[1]);
		put_record(packet, ANSWERS, NULL, MX, ttl);
		put16(packet, data.length);
		put(packet, data.bytes, data.length);
	}
}

static void
put_text(struct packet *packet, uint32_t ttl, const char *text, size_t left)
{
	put_record(packet, ANSWERS, NULL, TXT, ttl);
	put16(packet, left > 0 ? left + (left + 254) / 255 : 1);
	if (left == 0)
		put(packet, "", 1);
	while (left > 0) {
		uint8_t length = left > 255 ? 255 : left;

		put(packet, &length, 1);
		put(packet, text, length);
		text += length;
		left -= length;
	}
}

static void
put_texts(struct packet *packet, uint32_t ttl, const char *text, size_t left)
{
	const char *bar;

	while ((bar = memmem(text, left, " | ", 3))) {
		put_text(packet, ttl, text, bar - text);
		left -= bar + 3 - text;
		text = bar + 3;
	}
	put_text(packet, ttl, text, left);
}

static void
put_long(struct packet *packet, uint32_t ttl, size_t length, const char *text,
    size_t text_length)
{
	char bytes[PACKET_MAX / 2];

	must(length <= sizeof bytes && text_length > 0, "long");
	for (size_t i = 0; i < length; i++)
		bytes[i] = text[i % text_length];
	put_text(packet, ttl, bytes, length);
}

static void
put_soa(struct packet *packet, uint32_t ttl, uint32_t minimum)
{
	put_record(packet, AUTHORITY, NULL, SOA, ttl);
	put16(packet, 22);
	put(packet, "\0", 2);
	for (int i = 0; i < 4; i++)
		put32(packet, 7200);
	put32(packet, minimum);
}

static void
put_alias(
    struct packet *packet, uint32_t ttl, const char *target, char **addresses)
{
	struct packet data = {.length = 0};

	put_name(&data, target);
	put_record(packet, ANSWERS, NULL, CNAME, ttl);
	put16(packet, data.length);
	put(packet, data.bytes, data.length);
	put_addresses(packet, target, ttl, addresses);
}

static void
put_head(struct packet *packet, const struct question *question, uint16_t flags)
{
	put16(packet, question->id);
	put16(packet, (QR | 0x0180) ^ flags); /* with RD and RA */
	put16(packet, 1);
	put(packet, "\0\0\0\0\0", 6);
	put(packet, question->raw, question->raw_length);
}

/* ---- answers ------------------------------------------------------------ */

static void
answer_addresses(struct packet *packet, const struct question *question,
    uint16_t flags, char **words)
{
	put_head(packet, question, flags);
	if (!(flags & TC))
		put_addresses(
		    packet, NULL, strtoul(words[0], NULL, 10), words + 1);
}

static void
answer_noise(struct packet *packet, const struct question *question)
{
	put16(packet, question->id);
	for (int i = 0; i < 60; i++)
		put16(packet, 0xc1ff - 37 * i);
}

/* A first record whose owner is a pointer to that very pointer. */
static void
answer_loop(struct packet *packet, const struct question *question)
{
	put_head(packet, question, 0);
	packet->bytes[ANSWERS]++;
	put16(packet, 0xc000 | packet->length);
	put(packet, "\0\1\0\1\0\0\0\x3c\0\4\177\0\0\2", 14);
}

static void
answer_without_question(
    struct packet *packet, const struct question *question, char **words)
{
	put_head(packet, question, 0);
	packet->bytes[QUESTIONS] = 0;
	packet->length = HEADER;
	put_addresses(packet, question->name, 60, words);
}

/* What is not as it should be; false if `how` is none of these. */
static bool
answer_lie(struct packet *packet, const struct question *question,
    const char *how, char **words)
{
	struct question other = *question;

	if (strcmp(how, "wrong-id") == 0) {
		other.id ^= 0x5555;
		answer_addresses(packet, &other, 0, words);
	} else if (strcmp(how, "wrong-question") == 0) {
		other.raw[1] ^= 1; /* the first letter */
		answer_addresses(packet, &other, 0, words);
	} else if (strcmp(how, "question") == 0) {
		answer_addresses(packet, question, QR, words);
	} else if (strcmp(how, "denied") == 0) {
		answer_addresses(packet, question, NXDOMAIN, words);
	} else if (strcmp(how, "no-question") == 0) {
		answer_without_question(packet, question, words + 1);
	} else if (strcmp(how, "garbage") == 0) {
		answer_noise(packet, question);
	} else if (strcmp(how, "pointer-loop") == 0) {
		answer_loop(packet, question);
	} else {
		return false;
	}
	return true;
}

/* The same for answers that are right up to their last bytes. */
static bool
answer_damaged(struct packet *packet, const struct question *question,
    const char *how, char **words)
{
	if (strcmp(how, "empty") != 0 && strcmp(how, "header") != 0 &&
	    strcmp(how, "cut") != 0 && strcmp(how, "fewer") != 0 &&
	    strcmp(how, "long-data") != 0)
		return false;
	if (!words[0]) {
		put_head(packet, question, 0);
		packet->length = strcmp(how, "empty") == 0 ? 0 : HEADER;
		return true;
	}
	answer_addresses(packet, question, 0, words);
	if (strcmp(how, "cut") == 0)
		packet->length -= 3;
	else if (strcmp(how, "fewer") == 0)
		packet->bytes[ANSWERS] += 3;
	else
		packet->bytes[packet->length - 6] = 0xff;
	return true;
}

static bool
answer_rcode(struct packet *packet, const struct question *question,
    const char *how, char **words)
{
	unsigned long rcode;

	if (strcmp(how, "servfail") == 0)
		rcode = SERVFAIL;
	else if (strcmp(how, "refused") == 0)
		rcode = REFUSED;
	else if (strcmp(how, "rcode") == 0 && words[0])
		rcode = strtoul(words[0], NULL, 10);
	else
		return false;
	put_head(packet, question, rcode);
	return true;
}

static bool
answer_denial(struct packet *packet, const struct question *question,
    const char *how, char **words)
{
	bool is_denial = strcmp(how, "nxdomain") == 0;
	uint32_t ttl = words[0] ? strtoul(words[0], NULL, 10) : 0;

	if (strcmp(how, "referral") == 0) {
		put_head(packet, question, 0);
		put_record(packet, AUTHORITY, NULL, NS, ttl);
		put16(packet, 2);
		put16(packet, TO_QUESTION);
		return true;
	}
	if ((!is_denial && strcmp(how, "nodata") != 0) || !words[0])
		return false;
	put_head(packet, question, is_denial ? NXDOMAIN : 0);
	put_soa(packet, ttl, words[1] ? strtoul(words[1], NULL, 10) : ttl);
	return true;
}

static bool
answer_records(struct packet *packet, const struct question *question,
    const struct rule *rule, const char *how, char **words)
{
	uint32_t ttl = words[0] ? strtoul(words[0], NULL, 10) : 0;

	put_head(packet, question, 0);
	if (strcmp(how, "a") == 0 || strcmp(how, "aaaa") == 0)
		put_addresses(packet, NULL, ttl, words + 1);
	else if (strcmp(how, "mx") == 0)
		put_exchanges(packet, ttl, words + 1);
	else if (strcmp(how, "txt") == 0)
		put_text(packet, ttl, rule->text, rule->text_length);
	else if (strcmp(how, "txts") == 0)
		put_texts(packet, ttl, rule->text, rule->text_length);
	else if (strcmp(how, "long") == 0 && words[1])
		put_long(packet, ttl, strtoul(words[1], NULL, 10), rule->text,
		    rule->text_length);
	else if (strcmp(how, "cname") == 0 && words[1])
		put_alias(packet, ttl, words[1], words + 2);
	else if (strcmp(how, "alias-loop") == 0)
		put_alias(packet, ttl, question->name, (char *[]){NULL});
	else
		return false;
	return true;
}

/* Returns whether there is an answer. */
static bool
answer_by(struct rule *rule, const struct question *question,
    struct packet *packet, int *delay_ms)
{
	const char *how = rule->words[2];
	char **words = rule->words + 3;

	rule->used++;
	if (strcmp(how, "drop") == 0)
		return false;
	if (strcmp(how, "slow") == 0) {
		*delay_ms += atoi(*words++);
		how = "a";
	} else if (strcmp(how, "flaky") == 0) {
		if (rule->used <= strtoul(*words++, NULL, 10))
			return false;
		how = "a";
	} else if (strcmp(how, "truncated") == 0) {
		answer_addresses(
		    packet, question, question->is_tcp ? 0 : TC, words);
		return true;
	}
	if (answer_rcode(packet, question, how, words) ||
	    answer_denial(packet, question, how, words) ||
	    answer_lie(packet, question, how, words) ||
	    answer_damaged(packet, question, how, words))
		return true;
	must(answer_records(packet, question, rule, how, words), how);
	return true;
}

static bool
holds(const struct scope *scope, const struct question *question)
{
	size_t length = question->name_length;

	if (scope->is_suffix ? length <= scope->length
			     : length != scope->length)
		return scope->length == 0;
	return strcasecmp(
		   question->name + length - scope->length, scope->name) == 0;
}

static struct rule *
rule_for(struct dns_script *script, const struct question *question)
{
	for (size_t i = 0; i < script->rule_count; i++) {
		struct rule *rule = &script->rules[i];

		if ((rule->type == ANY || rule->type == question->type) &&
		    holds(&rule->scope, question))
			return rule;
	}
	return NULL;
}

bool
dns_script_answer(struct dns_script *script, const struct question *question,
    struct packet *packet, int *delay_ms)
{
	struct rule *rule = rule_for(script, question);

	packet->length = 0;
	*delay_ms = 0;
	for (size_t i = 0; i < script->latency_count; i++)
		if (holds(&script->latencies[i].scope, question)) {
			*delay_ms = script->latencies[i].ms;
			break;
		}
	if (!rule)
		put_head(packet, question, REFUSED);
	else if (!answer_by(rule, question, packet, delay_ms))
		return false;
	if (packet->length > UDP_MAX && !question->is_tcp) {
		packet->length = 0;
		put_head(packet, question, TC);
	}
	return true;
}

int
dns_script_read(const uint8_t *bytes, size_t length, struct question *out)
{
	size_t at = HEADER, used = 0;

	while (at < length && bytes[at] != 0) {
		size_t label = bytes[at];

		if (label > 63 || at + 1 + label >= length ||
		    used + label + 2 > sizeof out->name)
			return -1;
		if (used > 0)
			out->name[used++] = '.';
		memcpy(out->name + used, bytes + at + 1, label);
		used += label;
		at += 1 + label;
	}
	if (at + 5 > length || at + 5 - HEADER > sizeof out->raw)
		return -1;
	out->name[used] = '\0';
	out->name_length = used;
	out->id = bytes[0] << 8 | bytes[1];
	out->type = bytes[at + 1] << 8 | bytes[at + 2];
	out->raw_length = at + 5 - HEADER;
	memcpy(out->raw, bytes + HEADER, out->raw_length);
	out->is_tcp = false;
	return 0;
}

const char *
dns_script_type(uint16_t type)
{
	for (size_t i = 0; i < sizeof type_names / sizeof type_names[0]; i++)
		if (type_names[i].type == type)
			return type_names[i].name;
	return "?";
}

/* ---- parsing ------------------------------------------------------------ */

static void
parse_scope(struct scope *scope, const char *name)
{
	scope->is_suffix = name[0] == '*';
	scope->name = name + scope->is_suffix;
	scope->length = strlen(scope->name);
}

static uint16_t
parse_type(const char *name)
{
	for (size_t i = 0; i < sizeof type_names / sizeof type_names[0]; i++)
		if (strcmp(type_names[i].name, name) == 0)
			return type_names[i].type;
	must(false, name);
	return ANY;
}

/* Where the text of a rule starts: behind `words` words and one blank. */
static const char *
skip_words(const char *line, int words)
{
	for (int i = 0; i < words; i++) {
		line += strspn(line, " \t");
		line += strcspn(line, " \t");
	}
	return line[0] ? line + 1 : line;
}

static void
parse_text(struct rule *rule, const char *text)
{
	char *to = rule->text = strdup(text);

	must(to, "memory");
	for (; *text; text++) {
		if (text[0] == '\\' && text[1] == 'n') {
			*to++ = '\n';
			text++;
		} else if (text[0] == '\\' && text[1] == '\\') {
			*to++ = *++text;
		} else if (text[0] == '\\' && text[1] == 'x' && text[2] &&
			   text[3]) {
			char digits[] = {text[2], text[3], '\0'};

			*to++ = strtoul(digits, NULL, 16);
			text += 3;
		} else {
			*to++ = *text;
		}
	}
	rule->text_length = to - rule->text;
}

static void
add_rule(struct dns_script *script, const char *line)
{
	struct rule *rule;
	char *save = NULL, *word;

	script->rules = reallocarray(
	    script->rules, script->rule_count + 1, sizeof *script->rules);
	must(script->rules, "memory");
	rule = &script->rules[script->rule_count++];
	*rule = (struct rule){.line = strdup(line)};
	must(rule->line, "memory");
	for (word = strtok_r(rule->line, " \t", &save);
	     word && rule->count + 1 < WORDS_MAX;
	     word = strtok_r(NULL, " \t", &save))
		rule->words[rule->count++] = word;
	must(rule->count >= 3, line);
	parse_scope(&rule->scope, rule->words[0]);
	rule->type = parse_type(rule->words[1]);
	if (strncmp(rule->words[2], "txt", 3) == 0)
		parse_text(rule, skip_words(line, 4));
	else if (strcmp(rule->words[2], "long") == 0)
		parse_text(rule, skip_words(line, 5));
}

static void
add_listing(struct dns_script *script, const char *zone, const char *reversed,
    const char *code, const char *text)
{
	char line[LINE_MAX_LENGTH];

	snprintf(line, sizeof line, "%s.%s A a 60 %s", reversed, zone, code);
	add_rule(script, line);
	snprintf(line, sizeof line, "%s.%s TXT txt 60 %s is on %s", reversed,
	    zone, text, zone);
	add_rule(script, line);
}

/* "ADDRESS" or "ADDRESS=CODE" */
static void
add_entry(struct dns_script *script, const char *zone, char *word)
{
	char reversed[ADDRESS_REVERSED_MAX], *equals = strchr(word, '=');
	struct address address;

	if (equals)
		*equals = '\0';
	must(address_parse(word, &address) == 0, word);
	address_reverse(reversed, &address);
	add_listing(
	    script, zone, reversed, equals ? equals + 1 : "127.0.0.2", word);
}

/* "zone ZONE HOW ..." */
static void
add_zone(struct dns_script *script, char *line)
{
	static const struct address test6 = {
	    6, {[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 2}};
	char rule[LINE_MAX_LENGTH], reversed[ADDRESS_REVERSED_MAX];
	char *save = NULL, *zone, *word;
	const char *how = skip_words(line, 2);
	bool is_list = strncmp(how, "lists", 5) == 0;

	snprintf(rule, sizeof rule, "%s", how);
	strtok_r(line, " \t", &save);
	zone = strtok_r(NULL, " \t", &save);
	must(zone, "zone");
	if (is_list) {
		strtok_r(NULL, " \t", &save);
		while ((word = strtok_r(NULL, " \t", &save)))
			add_entry(script, zone, word);
		add_listing(script, zone, "2.0.0.127", "127.0.0.2", "a test");
		add_listing(script, zone, address_reverse(reversed, &test6),
		    "127.0.0.2", "a test");
		snprintf(rule, sizeof rule, "*.%s * nxdomain 60 60", zone);
	} else {
		how = strdup(rule);
		must(how, "memory");
		snprintf(rule, sizeof rule, "*.%s * %s", zone, how);
		free((char *)how);
	}
	add_rule(script, rule);
}

static void
add_latency(struct dns_script *script, const char *line)
{
	struct latency *latency;
	char *save = NULL, *name, *ms;

	script->latencies = reallocarray(script->latencies,
	    script->latency_count + 1, sizeof *script->latencies);
	must(script->latencies, "memory");
	latency = &script->latencies[script->latency_count++];
	latency->line = strdup(line);
	must(latency->line, "memory");
	strtok_r(latency->line, " \t", &save);
	name = strtok_r(NULL, " \t", &save);
	ms = strtok_r(NULL, " \t", &save);
	must(name && ms, line);
	parse_scope(&latency->scope, name);
	latency->ms = atoi(ms);
}

static void
add_line(struct dns_script *script, char *line)
{
	if (line[0] == '\0' || line[0] == '#')
		return;
	if (strncmp(line, "zone ", 5) == 0)
		add_zone(script, line);
	else if (strncmp(line, "latency ", 8) == 0)
		add_latency(script, line);
	else
		add_rule(script, line);
}

struct dns_script *
dns_script_parse(const char *text)
{
	struct dns_script *script = calloc(1, sizeof *script);

	must(script, "memory");
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		char *line = strndup(text, length);

		must(line, "memory");
		add_line(script, line);
		free(line);
		text += length + (text[length] == '\n');
	}
	return script;
}

void
dns_script_free(struct dns_script **where)
{
	struct dns_script *script = *where;

	if (!script)
		return;
	*where = NULL;
	for (size_t i = 0; i < script->rule_count; i++) {
		free(script->rules[i].line);
		free(script->rules[i].text);
	}
	for (size_t i = 0; i < script->latency_count; i++)
		free(script->latencies[i].line);
	free(script->rules);
	free(script->latencies);
	free(script);
}
