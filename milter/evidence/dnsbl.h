/*
 * dnsbl -- the question to one list and the meaning of its answer (RFC 5782).
 * Pure; any thread.
 *
 * An answer has three ends. LISTED needs an A record that the list defines as
 * a listing. CLEAN needs a well-formed "no such name" or "no such record", or
 * A records that the list all defines as none ("not listed", a good score).
 * Everything else is UNKNOWN with its cause.
 */
#ifndef EVIDENCE_DNSBL_H
#define EVIDENCE_DNSBL_H

#include "base/address.h"
#include "evidence/message.h"

#include <stddef.h>
#include <stdint.h>

struct list;

enum result { RESULT_UNKNOWN, RESULT_CLEAN, RESULT_LISTED };

enum cause {
	CAUSE_NONE,
	CAUSE_NOT_ASKED, /* no answer yet */
	CAUSE_STALE,	 /* none since the start; .codes as known before */
	CAUSE_DNS,	 /* answer.dns says how */
	CAUSE_REFUSED,	 /* a refusal code of the list, in answer.address */
	CAUSE_OUTSIDE,	 /* an address outside 127/8 */
	CAUSE_UNDEFINED, /* a code that the list does not define */
	CAUSE_UNTESTED,	 /* whether the list is fit could not be found out */
	CAUSE_UNFIT	 /* the list is unfit; answer.unfit says why */
};

/* Why a list is not to be believed (see fitness). */
enum unfit {
	UNFIT_NONE,
	UNFIT_EVERYONE, /* lists what cannot be listed */
	UNFIT_EMPTY,	/* does not list its test entry */
	UNFIT_REFUSED,	/* answers that it does not serve us */
	UNFIT_SILENT,
	UNFIT_REWRITTEN, /* answers outside 127/8 */
	UNFIT_RETIRED	 /* its zone is gone, or the directory says so */
};

/* What one list said of one subject, once. */
struct answer {
	uint8_t result; /* enum result */
	uint8_t cause;	/* enum cause, of UNKNOWN */
	uint8_t dns;   /* enum dns_status, of CAUSE_DNS, _UNTESTED and _UNFIT */
	uint8_t unfit; /* enum unfit, of CAUSE_UNFIT */
	uint32_t address; /* the A record that decided; host byte order */
	uint32_t codes;	  /* LISTED: bit i is list.codes[i] */
	uint32_t ttl_sec;
};

#define DNSBL_NAME_MAX 256
#define DNSBL_CODES_TEXT_MAX 96
#define DNSBL_CAUSE_MAX 160

/* The name to ask for (an A record). zone is the list's own, with the key in
   the place of its mark. 0, or -1 with name untouched if the list does not
   know the family or the name would pass 253 bytes. */
int dnsbl_name(char name[DNSBL_NAME_MAX], const struct list *, const char *zone,
    const struct address *);
/* The same for a domain, without a dot at its end. */
int dnsbl_domain_name(char name[DNSBL_NAME_MAX], const struct list *,
    const char *zone, const char *domain);

/* message is NULL unless status is DNS_RESPONSE. If any record is a refusal,
   outside 127/8 or undefined, the whole answer is UNKNOWN: a list that says
   one wrong thing is not believed for the rest. */
void dnsbl_read(const struct list *, enum dns_status status,
    const struct message *message, struct answer *out);

/* "SBL", "SBL, DROP". Returns its first argument. */
const char *dnsbl_codes_text(char text[DNSBL_CODES_TEXT_MAX],
    const struct list *, const struct answer *);

/* "127.0.0.2" of answer.address. Returns its first argument. */
const char *dnsbl_address_text(
    char text[ADDRESS_TEXT_MAX], const struct answer *);

/* Why an answer is UNKNOWN, for people. Returns its first argument. */
const char *dnsbl_cause_text(
    char text[DNSBL_CAUSE_MAX], const struct list *, const struct answer *);

/* "lists everyone", "is empty" ...; "" of UNFIT_NONE. */
const char *unfit_name(enum unfit);

/* "127.255.255.254: asked through a public resolver", as far as the list says
   what it means by it. Returns its first argument. */
const char *dnsbl_refusal_text(
    char text[DNSBL_CAUSE_MAX], const struct list *, uint32_t address);

const char *result_name(enum result); /* "LISTED", "CLEAN", "UNKNOWN" */

#endif
