#include "evidence/spf.h"

#include <string.h>
#include <strings.h>

#define VERSION_TAG "v=spf1"
#define TERM_MAX 512

/* Mechanisms that may name a domain after a colon. */
static const struct {
	const char *name;
	enum spf_kind kind;
	bool needs_domain, has_bits;
} mechanisms[] = {
    {"a", SPF_A, false, true},
    {"mx", SPF_MX, false, true},
    {"include", SPF_INCLUDE, true, false},
    {"exists", SPF_UNTOLD, true, false},
    {"ptr", SPF_UNTOLD, false, false},
};

bool
spf_is_record(const char *text, size_t length)
{
	size_t tag = strlen(VERSION_TAG);

	return length >= tag && strncasecmp(text, VERSION_TAG, tag) == 0 &&
	       (length == tag || text[tag] == ' ');
}

/* "NN", no sign and no leading zero. */
static int
read_bits(const char *text, size_t length, unsigned max, uint8_t *bits)
{
	unsigned value = 0;

	if (length < 1 || length > 3 || (length > 1 && text[0] == '0'))
		return -1;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	if (value > max)
		return -1;
	*bits = value;
	return 0;
}

/* "/NN", "//NNN" or "/NN//NNN" (RFC 7208, 5.6), or nothing. */
static int
read_lengths(const char *text, struct spf_term *term)
{
	const char *six = strstr(text, "//");
	size_t length = six ? (size_t)(six - text) : strlen(text);

	term->bits4 = 32;
	term->bits6 = 128;
	if (six && read_bits(six + 2, strlen(six + 2), 128, &term->bits6) != 0)
		return -1;
	if (length == 0)
		return 0;
	return text[0] == '/'
		   ? read_bits(text + 1, length - 1, 32, &term->bits4)
		   : -1;
}

/* Labels of printable characters. A macro makes the term one that cannot be
   told: what it becomes depends on the message. */
static int
read_domain(const char *text, size_t length, struct spf_term *term)
{
	if (length > 0 && text[length - 1] == '.')
		length--;
	if (length == 0 || length >= sizeof term->domain || text[0] == '.')
		return -1;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '!' || text[i] > '~' || text[i] == '/')
			return -1;
		if (i > 0 && text[i] == '.' && text[i - 1] == '.')
			return -1;
	}
	memcpy(term->domain, text, length);
	term->domain[length] = '\0';
	if (memchr(text, '%', length)) {
		term->kind = SPF_UNTOLD;
		term->domain[0] = '\0';
	}
	return 0;
}

/* address_parse takes "IPv6:..." and IPv4-mapped text too, so the family is
   checked against the mechanism's. Host bits may be set here. */
static int
read_network(const char *text, uint8_t family, struct spf_term *term)
{
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	uint8_t max = family == 4 ? 32 : 128;
	struct network network = {.bits = max};
	char address[ADDRESS_TEXT_MAX];

	if (length >= sizeof address)
		return -1;
	memcpy(address, text, length);
	address[length] = '\0';
	if (address_parse(address, &network.address) != 0 ||
	    network.address.family != family)
		return -1;
	if (slash &&
	    read_bits(slash + 1, strlen(slash + 1), max, &network.bits) != 0)
		return -1;
	for (unsigned bit = network.bits; bit < max; bit++)
		network.address.bytes[bit / 8] &= ~(0x80 >> bit % 8);
	term->kind = SPF_NETWORK;
	term->network = network;
	return 0;
}

static int
read_named(size_t index, const char *rest, struct spf_term *term)
{
	const char *slash = strchr(rest, '/');
	size_t length = slash ? (size_t)(slash - rest) : strlen(rest);

	term->kind = mechanisms[index].kind;
	if (mechanisms[index].has_bits) {
		if (read_lengths(slash ? slash : "", term) != 0)
			return -1;
	} else if (slash) {
		/* A slash of a macro, as in %{d/}. */
		term->kind = SPF_UNTOLD;
		return strchr(rest, '%') ? 0 : -1;
	}
	if (rest[0] == ':')
		return read_domain(rest + 1, length - 1, term);
	return length == 0 && !mechanisms[index].needs_domain ? 0 : -1;
}

static int
read_mechanism(const char *text, struct spf_term *term)
{
	size_t name = strcspn(text, ":/");
	const char *rest = text + name;

	if (name == 3 && strncasecmp(text, "all", 3) == 0) {
		term->kind = SPF_ANYBODY;
		return rest[0] == '\0' ? 0 : -1;
	}
	if (name == 3 && strncasecmp(text, "ip4", 3) == 0)
		return rest[0] == ':' ? read_network(rest + 1, 4, term) : -1;
	if (name == 3 && strncasecmp(text, "ip6", 3) == 0)
		return rest[0] == ':' ? read_network(rest + 1, 6, term) : -1;
	for (size_t i = 0; i < sizeof mechanisms / sizeof mechanisms[0]; i++)
		if (strlen(mechanisms[i].name) == name &&
		    strncasecmp(text, mechanisms[i].name, name) == 0)
			return read_named(i, rest, term);
	return -1;
}

/* A modifier is a name and "=" before any ":" or "/" (RFC 7208, 4.6.1). */
static bool
is_modifier(const char *text)
{
	size_t name = strcspn(text, "=:/");

	return name > 0 && text[name] == '=';
}

struct state {
	struct spf spf;
	bool has_all, has_redirect;
	struct spf_term redirect;
};

static int
keep(struct spf *spf, const struct spf_term *term)
{
	if (spf->count == SPF_TERMS_MAX)
		return -1;
	spf->terms[spf->count++] = *term;
	return 0;
}

static int
read_modifier(struct state *state, const char *text)
{
	static const char redirect[] = "redirect=";
	size_t name = strlen(redirect);

	if (strncasecmp(text, redirect, name) != 0)
		return 0;
	if (state->has_redirect)
		return -1;
	state->has_redirect = true;
	state->redirect.kind = SPF_REDIRECT;
	return read_domain(text + name, strlen(text + name), &state->redirect);
}

static int
read_term(struct state *state, const char *text)
{
	struct spf_term term = {.kind = SPF_UNTOLD};
	bool passes = true;

	if (is_modifier(text))
		return read_modifier(state, text);
	if (strchr("+-~?", text[0])) {
		passes = text[0] == '+';
		text++;
	}
	if (read_mechanism(text, &term) != 0)
		return -1;
	state->has_all |= strcasecmp(text, "all") == 0;
	return passes ? keep(&state->spf, &term) : 0;
}

/* Copies the next term to `term`. Its length; 0 at the end; -1 if it is too
   long or holds what no term can. */
static int
next_term(const char **at, const char *end, char term[TERM_MAX])
{
	size_t length = 0;

	while (*at < end && **at == ' ')
		++*at;
	for (; *at < end && **at != ' '; ++*at) {
		if (**at < '!' || **at > '~' || length + 1 >= TERM_MAX)
			return -1;
		term[length++] = **at;
	}
	term[length] = '\0';
	return length;
}

int
spf_read(const char *text, size_t length, struct spf *out)
{
	struct state state = {.has_all = false};
	const char *at = text + strlen(VERSION_TAG), *end = text + length;
	char term[TERM_MAX] = "";
	int size;

	if (!spf_is_record(text, length))
		return -1;
	while ((size = next_term(&at, end, term)) > 0)
		if (read_term(&state, term) != 0)
			return -1;
	if (size < 0)
		return -1;
	/* RFC 7208, 6.1: beside "all" it means nothing. */
	if (state.has_redirect && !state.has_all &&
	    keep(&state.spf, &state.redirect) != 0)
		return -1;
	*out = state.spf;
	return 0;
}
