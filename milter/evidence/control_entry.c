#include "evidence/control_entry.h"

#include "config/directory.h"

#include <stdio.h>
#include <string.h>

/* Of a stranger's name: nobody guesses it, and no cache has it. */
#define RANDOM_BYTES 8

struct address
control_entry_domain(
    const struct list *list, enum control_entry entry, const uint8_t random[16])
{
	const struct list_domain_test *test = &list->test_domain;
	const char *text = entry == CONTROL_LISTED ? test->listed : test->clean;
	struct address address = {.family = FAMILY_DOMAIN, .bytes = {entry}};

	if (!text)
		return (struct address){0};
	if (entry == CONTROL_STRANGER)
		memcpy(address.bytes + 1, random, RANDOM_BYTES);
	return address;
}

const char *
control_entry_text(char text[DNSBL_NAME_MAX], const struct list *list,
    const struct address *control)
{
	const uint8_t *random = control->bytes + 1;
	size_t used = 0;

	if (control->family != FAMILY_DOMAIN) {
		address_format(text, control);
	} else if (control->bytes[0] != CONTROL_STRANGER) {
		snprintf(text, DNSBL_NAME_MAX, "%s",
		    control->bytes[0] == CONTROL_LISTED
			? list->test_domain.listed
			: list->test_domain.clean);
	} else {
		for (int i = 0; i < RANDOM_BYTES; i++)
			used += sprintf(text + used, "%02x", random[i]);
		/* RFC 2606: a domain that nobody has. */
		strcpy(text + used, ".invalid");
	}
	return text;
}

int
control_entry_name(char name[DNSBL_NAME_MAX], const struct list *list,
    const char *zone, const struct address *control)
{
	char text[DNSBL_NAME_MAX];

	if (control->family != FAMILY_DOMAIN)
		return dnsbl_name(name, list, zone, control);
	return dnsbl_domain_name(
	    name, list, zone, control_entry_text(text, list, control));
}
