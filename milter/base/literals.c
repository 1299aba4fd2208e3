#include "base/literals.h"

#include "base/alloc.h"
#include "base/ascii.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NESTING_MAX 16

/* Where we are in the pattern. What we do not know ends it all. */
struct parser {
	const char *at;
	int nesting;
	bool is_lost;
};

static void parse_branches(struct parser *parser, struct literals *out);

/* ---- which of two sets says more ---------------------------------------- */

static size_t
shortest(const struct literals *set)
{
	size_t length = LITERAL_MAX + 1;

	for (size_t i = 0; i < set->count; i++)
		if (set->items[i].length < length)
			length = set->items[i].length;
	return set->count ? length : 0;
}

static void
choose(struct literals *best, const struct literals *other)
{
	if (shortest(other) > shortest(best) ||
	    (shortest(other) == shortest(best) && other->count < best->count))
		*best = *other;
}

/* A match goes through one of the branches, so that all of them have to be
   known. */
static void
unite(struct literals *all, const struct literals *branch)
{
	if (branch->count == 0 || all->count + branch->count > LITERALS_MAX) {
		all->count = 0;
		return;
	}
	memcpy(all->items + all->count, branch->items,
	    branch->count * sizeof branch->items[0]);
	all->count += branch->count;
}

/* ---- atoms -------------------------------------------------------------- */

enum atom {
	ATOM_BYTE,   /* itself */
	ATOM_GROUP,  /* what its branches say */
	ATOM_OTHER,  /* any of several bytes */
	ATOM_NOTHING /* matches no byte, only a place */
};

static enum atom
parse_escape(struct parser *parser, char *byte)
{
	char c = *parser->at;

	if (c == '\0') {
		parser->is_lost = true;
		return ATOM_NOTHING;
	}
	parser->at++;
	if (strchr("bBAzZ", c))
		return ATOM_NOTHING;
	if (strchr("dDwWsShHvVN", c))
		return ATOM_OTHER;
	if (ascii_is_word(c)) {
		parser->is_lost = true;
		return ATOM_NOTHING;
	}
	*byte = c;
	return ATOM_BYTE;
}

/* A class of one byte, as in "[.]", is that byte. */
static enum atom
parse_class(struct parser *parser, char *byte)
{
	const char *at = parser->at;

	if (at[0] && !strchr("^\\[]", at[0]) && at[1] == ']') {
		*byte = at[0];
		parser->at += 2;
		return ATOM_BYTE;
	}
	at += *at == '^';
	at += *at == ']';
	for (; *at && *at != ']'; at++) {
		/* "[:alpha:]" holds a bracket of its own. */
		if (*at == '[' && strchr(":.=", at[1]) && at[1])
			parser->is_lost = true;
		/* And so may "\c]" and "\Q]\E". */
		if (*at == '\\' && strchr("cQE", at[1]) && at[1])
			parser->is_lost = true;
		at += *at == '\\' && at[1] != '\0';
	}
	if (*at == '\0')
		parser->is_lost = true;
	parser->at = *at ? at + 1 : at;
	return ATOM_OTHER;
}

static const char *
skip(const char *at, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(at, prefix, length) == 0 ? at + length : NULL;
}

/* Behind a parenthesis: looking around says nothing of the text itself. */
static enum atom
parse_group(struct parser *parser, struct literals *out)
{
	static const char *const around[] = {"?=", "?!", "?<=", "?<!"};
	enum atom atom = ATOM_GROUP;
	const char *next = NULL;

	for (size_t i = 0; i < 4 && !next; i++)
		next = skip(parser->at, around[i]);
	if (next)
		atom = ATOM_NOTHING;
	else if (!(next = skip(parser->at, "?:")) &&
		 (next = skip(parser->at, "?<")))
		next = strchr(next, '>') ? strchr(next, '>') + 1 : NULL;
	else if (!next && *parser->at != '?' && *parser->at != '*')
		next = parser->at;
	if (!next || ++parser->nesting > NESTING_MAX) {
		parser->is_lost = true;
		return ATOM_NOTHING;
	}
	parser->at = next;
	parse_branches(parser, out);
	parser->nesting--;
	if (*parser->at != ')')
		parser->is_lost = true;
	else
		parser->at++;
	return atom;
}

static enum atom
parse_atom(struct parser *parser, char *byte, struct literals *group)
{
	char c = *parser->at++;

	switch (c) {
	case '\\':
		return parse_escape(parser, byte);
	case '[':
		return parse_class(parser, byte);
	case '(':
		return parse_group(parser, group);
	case '.':
		return ATOM_OTHER;
	case '^':
	case '$':
		return ATOM_NOTHING;
	default:
		*byte = c;
		return ATOM_BYTE;
	}
}

/* ---- how often ---------------------------------------------------------- */

struct times {
	bool may_be_none;
	bool is_once;
};

/* "{2}", "{2,}", "{2,5}", "{,5}"; any other brace is itself. */
static const char *
end_of_count(const char *at)
{
	size_t low = strspn(at, "0123456789");
	const char *next = at + low;

	if (*next == ',')
		next += 1 + strspn(next + 1, "0123456789");
	return *next == '}' && next > at ? next + 1 : NULL;
}

static struct times
parse_times(struct parser *parser)
{
	struct times times = {false, true};
	const char *end;

	if (strchr("?*+", *parser->at) && *parser->at) {
		times.may_be_none = *parser->at++ != '+';
		times.is_once = false;
	} else if (*parser->at == '{' && (end = end_of_count(parser->at + 1))) {
		times.may_be_none = atoi(parser->at + 1) == 0;
		times.is_once = false;
		parser->at = end;
	} else {
		return times;
	}
	if (*parser->at == '?' || *parser->at == '+')
		parser->at++;
	return times;
}

/* ---- sequences and branches --------------------------------------------- */

static void
add_byte(struct literal *run, char byte)
{
	if (run->length == LITERAL_MAX)
		return;
	run->text[run->length++] = ascii_lower(byte);
	run->text[run->length] = '\0';
}

static void
end_run(struct literals *best, struct literal *run)
{
	struct literals one = {.items[0] = *run, .count = 1};

	if (run->length > 0)
		choose(best, &one);
	*run = (struct literal){0};
}

/* Of all that has to be there, what says most. The sets are large, and one for
   each level of nesting too much for a stack. */
static void
parse_sequence(struct parser *parser, struct literals *best)
{
	struct literals *group = alloc_zeroed(1, sizeof *group);
	struct literal run = {0};

	best->count = 0;
	while (*parser->at && !strchr("|)", *parser->at) && !parser->is_lost) {
		char byte = '\0';
		enum atom atom = parse_atom(parser, &byte, group);
		struct times times = parse_times(parser);

		if (atom == ATOM_NOTHING)
			continue;
		if (atom == ATOM_BYTE && !times.may_be_none)
			add_byte(&run, byte);
		if (atom != ATOM_BYTE || !times.is_once)
			end_run(best, &run);
		if (atom == ATOM_GROUP && !times.may_be_none)
			choose(best, group);
	}
	end_run(best, &run);
	free(group);
}

static void
parse_branches(struct parser *parser, struct literals *out)
{
	struct literals *branch = alloc_zeroed(1, sizeof *branch);
	bool is_known = true;

	out->count = 0;
	for (;;) {
		parse_sequence(parser, branch);
		if (is_known)
			unite(out, branch);
		is_known = is_known && out->count > 0;
		if (*parser->at != '|' || parser->is_lost)
			break;
		parser->at++;
	}
	free(branch);
}

void
literals_of(const char *pattern, struct literals *out)
{
	struct parser parser = {pattern, 0, false};

	parse_branches(&parser, out);
	if (parser.is_lost || *parser.at != '\0')
		out->count = 0;
}
