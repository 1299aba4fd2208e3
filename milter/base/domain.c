#include "base/domain.h"

#include "base/address.h"
#include "base/ascii.h"

#include <libpsl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define LABEL_MAX 63

static bool
is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '_';
}

/* Labels of good bytes and length, two at least. */
static bool
is_name(const char *text)
{
	size_t label = 0, dots = 0;

	for (; *text; text++) {
		if (*text == '.' && label == 0)
			return false;
		if (*text != '.' && !is_name_byte(*text))
			return false;
		dots += *text == '.';
		label = *text == '.' ? 0 : label + 1;
		if (label > LABEL_MAX)
			return false;
	}
	return dots > 0 && label > 0;
}

int
domain_parse(const char *text, char out[DOMAIN_MAX])
{
	size_t length = strlen(text);
	struct address address;
	char name[DOMAIN_MAX];

	if (length > 0 && text[length - 1] == '.')
		length--;
	if (length >= DOMAIN_MAX)
		return -1;
	for (size_t i = 0; i < length; i++)
		name[i] = ascii_lower(text[i]);
	name[length] = '\0';
	if (!is_name(name) || address_parse(name, &address) == 0)
		return -1;
	strcpy(out, name);
	return 0;
}

const char *
domain_parent(const char *domain)
{
	const psl_ctx_t *suffixes = psl_builtin();
	const char *parent =
	    suffixes ? psl_registrable_domain(suffixes, domain) : NULL;

	return parent == domain ? NULL : parent;
}
