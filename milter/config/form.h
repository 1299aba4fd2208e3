/*
 * form -- what a text of the configuration must look like. Each returns NULL
 * for good text, else what was expected instead ("an IP address"); control
 * characters have been refused before. Pure; any thread.
 */
#ifndef CONFIG_FORM_H
#define CONFIG_FORM_H

/* Of a list's zone, with its key. */
#define FORM_ZONE_MAX 189

const char *form_label(const char *text); /* up to 64 bytes */
const char *form_name(const char *text);  /* letters, digits, - _ . */
const char *form_id(const char *text);	  /* letters, digits, - */

const char *form_address(const char *text);
const char *form_network(const char *text);
const char *form_domain(const char *text);
/* Leaves room for an address in a name; may have one {key}. */
const char *form_zone(const char *text);
const char *form_url(const char *text);

const char *form_pattern(const char *text);   /* pattern.h */
const char *form_recipient(const char *text); /* a pattern or a domain */

const char *form_milter_socket(const char *text);
const char *form_unix_socket(const char *text); /* unix:/path */
const char *form_store(const char *text);	/* /path, or "" */
const char *form_nexthop(const char *text);	/* Postfix transport:nexthop */

#endif
