#include "dns_script.h"

#include "base/address.h"
#include "dns_answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define UDP_MAX 512 /* more goes by TCP (RFC 1035, 4.2.1) */
#define WORDS_MAX 48
#define LINE_MAX_LENGTH 512

enum { ANY = 0 };

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

/* Returns whether there is an answer. */
static bool
answer_by(struct rule *rule, const struct question *question,
    struct packet *packet, int *delay_ms)
{
	struct dns_answer answer = {
	    .how = rule->words[2],
	    .words = rule->words + 3,
	    .text = rule->text,
	    .text_length = rule->text_length,
	};

	rule->used++;
	if (strcmp(answer.how, "drop") == 0)
		return false;
	if (strcmp(answer.how, "slow") == 0) {
		*delay_ms += atoi(*answer.words++);
		answer.how = "a";
	} else if (strcmp(answer.how, "flaky") == 0) {
		if (rule->used <= strtoul(*answer.words++, NULL, 10))
			return false;
		answer.how = "a";
	}
	dns_answer_write(packet, question, &answer);
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
		packet_put_head(packet, question, REFUSED);
	else if (!answer_by(rule, question, packet, delay_ms))
		return false;
	if (packet->length > UDP_MAX && !question->is_tcp) {
		packet->length = 0;
		packet_put_head(packet, question, TC);
	}
	return true;
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
	dns_must(false, name);
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

	dns_must(to, "memory");
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
	dns_must(script->rules, "memory");
	rule = &script->rules[script->rule_count++];
	*rule = (struct rule){.line = strdup(line)};
	dns_must(rule->line, "memory");
	for (word = strtok_r(rule->line, " \t", &save);
	     word && rule->count + 1 < WORDS_MAX;
	     word = strtok_r(NULL, " \t", &save))
		rule->words[rule->count++] = word;
	dns_must(rule->count >= 3, line);
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
	dns_must(address_parse(word, &address) == 0, word);
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
	dns_must(zone, "zone");
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
		dns_must(how, "memory");
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
	dns_must(script->latencies, "memory");
	latency = &script->latencies[script->latency_count++];
	latency->line = strdup(line);
	dns_must(latency->line, "memory");
	strtok_r(latency->line, " \t", &save);
	name = strtok_r(NULL, " \t", &save);
	ms = strtok_r(NULL, " \t", &save);
	dns_must(name && ms, line);
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

	dns_must(script, "memory");
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		char *line = strndup(text, length);

		dns_must(line, "memory");
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
