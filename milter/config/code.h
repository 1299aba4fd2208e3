/*
 * code -- which answers of a list mean what. An answer is an IPv4 address,
 * in host byte order here. Pure; any thread.
 */
#ifndef CONFIG_CODE_H
#define CONFIG_CODE_H

#include <stdbool.h>
#include <stdint.h>

struct group;

/* Answers that are alike: each of the four numbers lies between that of low
   and that of high, both included. */
struct run {
	uint32_t low, high;
};

/* What is listed: the very subject asked for, more than that, or a subject
   that does no harm but should not send mail by itself. */
enum scope { SCOPE_ADDRESS, SCOPE_RANGE, SCOPE_ASN, SCOPE_POLICY };

#define SCOPES_DEFAULT (1U << SCOPE_ADDRESS | 1U << SCOPE_POLICY)

/* When an answer of the run means that the code holds. */
enum scheme {
	SCHEME_RUN,   /* always */
	SCHEME_MASK,  /* if it has one of the bits */
	SCHEME_BELOW, /* if the octet is less than the limit */
	SCHEME_ABOVE  /* if it is more */
};

struct list_code {
	uint32_t low, high;   /* as in struct run */
	char *name;	      /* the part of the list ("SBL") */
	uint32_t mask;	      /* SCHEME_MASK */
	uint8_t scheme;	      /* enum scheme */
	uint8_t octet, limit; /* SCHEME_BELOW, _ABOVE; octet 2 to 4 */
	uint8_t scope;	      /* enum scope */
	bool has_weight;      /* false: that of the list's use */
	int16_t weight;	      /* negative: it speaks for the subject */
};

bool run_covers(uint32_t low, uint32_t high, uint32_t answer);
bool run_overlaps(const struct run *, const struct run *);

bool code_holds(const struct list_code *, uint32_t answer);
/* The octets of the run that are not fixed, all their bits set. */
uint32_t code_open_bits(const struct list_code *);
/* Whether no answer of the run makes the code hold; of two codes, whether
   none makes both hold but as two bits of a sum. */
bool code_is_apart_of_run(const struct list_code *, const struct run *);
bool code_is_apart(const struct list_code *, const struct list_code *);

/* "127.0.0.2", or with ranges: "127.0.0.4-7", "127.0.2-20.3". 0, or -1 with
   *out untouched. */
int run_parse(const char *text, struct run *out);
/* NULL, or what was expected; form_code wants it in 127.0.0.0/8. */
const char *form_run(const char *text);
const char *form_code(const char *text);

/* "address", "range", "asn" or "policy"; -1 for another word. */
int scope_parse(const char *word);
const char *form_scope(const char *text);

/* One code as the group has it; scope is that of its list. 0, or -1 with the
   problem recorded. The caller owns the name. */
int code_read(struct group *, enum scope scope, struct list_code *out);

#endif
