/*
 * words -- the words of one SMTP reply in the one form that patterns are
 * written for, and the addresses it quotes. Pure; any thread.
 *
 *   550-5.7.1 [192.0.2.10] Mail from <bob@example.com>   550 5.7.1 [{ip}] Mail
 *   550 5.7.1 was refused. k12si66842pfd.7 - gsmtp       from <{mailbox}> was
 *                                                  refused. {id} - gsmtp
 *
 * So two refusals of one kind are one text, whatever message they were for:
 *   - all on one line, white space squeezed, control bytes as space;
 *   - code and enhanced code once, at the front, where they are known;
 *     "greeting: " before them if the server spoke before we did;
 *   - {ip} for an address, {mailbox} for a mail address, {id} for what is
 *     only a serial number or a date: 7 or more digits, or letters and digits
 *     mixed, with what hangs on it. Letters and then digits, as in TSS04,
 *     are a code, if there are less than 12 of them.
 * DNSBL answers (127.0.0.0/8) and reply codes with four numbers (4.16.55.1)
 * stay as they are.
 */
#ifndef EVIDENCE_WORDS_H
#define EVIDENCE_WORDS_H

#include "evidence/quote.h"

#include <stdbool.h>
#include <stddef.h>

/* Longer ones are cut: what matters stands at the front. */
#define WORDS_MAX 1000
#define WORDS_QUOTES_MAX 8
#define WORDS_STATUS_MAX 16

struct words {
	char text[WORDS_MAX + 1]; /* ends with NUL */
	size_t length;
	int code;			       /* 0: none */
	char status[WORDS_STATUS_MAX];	       /* enhanced code, "" for none */
	struct quote quotes[WORDS_QUOTES_MAX]; /* the first ones, in order */
	size_t quote_count;
	/* It repeats what a third host said to the one that speaks. */
	bool is_nested;
};

/* bytes: the reply as the MTA logs it or as it came, of any length. code 0
   and status NULL or "": as the reply has them. */
void words_read(struct words *, const char *bytes, size_t length, int code,
    const char *status, bool is_greeting);

#endif
