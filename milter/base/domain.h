/*
 * domain -- the names of mail domains, as lists know them. Pure; any thread.
 */
#ifndef BASE_DOMAIN_H
#define BASE_DOMAIN_H

/* RFC 1035, 2.3.4: 253 bytes without the last dot, and a NUL. */
#define DOMAIN_MAX 254

/* The domain in lower case, without a dot at its end. -1 with out untouched if
   no list could know it: an address literal or IP address, a name without a
   dot, or one that DNS has no room for. A name that is not ASCII is none
   either; its xn-- form is. */
int domain_parse(const char *text, char out[DOMAIN_MAX]);

/* The registrable domain above a parsed one, by the public suffix list:
   "example.co.uk" of "news.example.co.uk". Points into the text; NULL if there
   is none above it. */
const char *domain_parent(const char *domain);

#endif
