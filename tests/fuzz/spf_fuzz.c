/* Any bytes as an SPF record. */
#include "evidence/spf.h"
#include "fuzz.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static void
check_term(const struct spf_term *term)
{
	const struct network *network = &term->network;

	must(strlen(term->domain) < sizeof term->domain);
	must(term->bits4 <= 32 && term->bits6 <= 128);
	for (const char *at = term->domain; *at; at++)
		must(*at > ' ' && *at <= '~' && *at != '%');
	if (term->kind == SPF_INCLUDE || term->kind == SPF_REDIRECT)
		must(term->domain[0] != '\0');
	if (term->kind == SPF_NETWORK) {
		must(network->address.family == 4 ||
		     network->address.family == 6);
		must(network_contains(network, &network->address));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct spf spf;

	if (spf_read((const char *)bytes, size, &spf) != 0)
		return 0;
	must(spf.count <= SPF_TERMS_MAX);
	for (size_t i = 0; i < spf.count; i++)
		check_term(&spf.terms[i]);
	return 0;
}
