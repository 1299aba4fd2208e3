#include "mta/offer.h"

#include "base/alloc.h"
#include "base/line.h"
#include "config/config.h"

#include <string.h>
#include <strings.h>

bool
offer_is_wrapped(const struct offer *offer)
{
	return offer->demand.is_wrapped ||
	       offer->route->tls == ROUTE_TLS_WRAPPED;
}

bool
offer_needs_tls(const struct offer *offer)
{
	return offer->demand.tls >= DEMAND_TLS_MUST ||
	       offer->demand.is_wrapped || offer->route->tls != ROUTE_TLS_MAY;
}

bool
offer_needs_auth(const struct offer *offer)
{
	return offer->demand.has_login;
}

static enum preflight_result
pass_cause(const struct offer *offer, enum preflight_result result, char **text)
{
	char escaped[1024];

	line_escape(
	    escaped, sizeof escaped, offer->cause, strlen(offer->cause));
	*text = alloc_string(escaped);
	return result;
}

/* ---- TLS ---------------------------------------------------------------- */

static enum preflight_result
judge_secured(const struct offer *offer, char **text)
{
	const struct demand *demand = &offer->demand;

	if (offer_is_wrapped(offer) && !demand->is_wrapped &&
	    demand->tls != DEMAND_TLS_UNKNOWN) {
		*text = alloc_string(
		    "its server speaks TLS from the first byte on, and Postfix "
		    "is set to smtp_tls_wrappermode = no");
		return PREFLIGHT_BAD;
	}
	if (demand->tls != DEMAND_TLS_TRUSTED)
		return PREFLIGHT_GOOD;
	*text = alloc_printf(
	    "TLS comes about; whether the certificate is what Postfix demands "
	    "(level %s) is not looked at",
	    demand->level);
	return PREFLIGHT_UNKNOWN;
}

static enum preflight_result
judge_missing(const struct offer *offer, char **text)
{
	if (offer->demand.tls >= DEMAND_TLS_MUST)
		*text = alloc_printf(
		    "its server does not offer STARTTLS, and Postfix is set to "
		    "send nothing without TLS (level %s)",
		    offer->demand.level);
	else
		*text = alloc_string(
		    "its server does not offer STARTTLS, and the route is set "
		    "to need it (tls in repgate.conf)");
	return PREFLIGHT_BAD;
}

enum preflight_result
offer_judge_tls(const struct offer *offer, char **text)
{
	switch (offer->said.came) {
	case PROBE_TLS_DONE:
		return judge_secured(offer, text);
	case PROBE_TLS_FAILED:
		return pass_cause(offer, PREFLIGHT_BAD, text);
	case PROBE_TLS_WANTS_OURS: /* Postfix may have one */
		return pass_cause(offer, PREFLIGHT_UNKNOWN, text);
	case PROBE_TLS_NONE:
		break;
	}
	if (offer->cause)
		return pass_cause(offer, PREFLIGHT_UNKNOWN, text);
	return judge_missing(offer, text);
}

/* ---- AUTH --------------------------------------------------------------- */

/* Shows the password to who can read the talk. */
static bool
is_plain(const char *name, size_t length)
{
	return (length == 5 && strncasecmp(name, "PLAIN", length) == 0) ||
	       (length == 5 && strncasecmp(name, "LOGIN", length) == 0);
}

/* Whether Postfix would take one of the mechanisms. ANONYMOUS is no login. */
static bool
has_usable(const char *mechanisms, bool hides_password)
{
	const char *name = mechanisms;

	while (*name) {
		size_t length = strcspn(++name, " ");

		if (!(hides_password && is_plain(name, length)) &&
		    !(length == 9 && strncasecmp(name, "ANONYMOUS", 9) == 0))
			return true;
		name += length;
	}
	return false;
}

/* Postfix would use TLS, and it comes about. */
static bool
goes_by_tls(const struct offer *offer)
{
	return offer->said.came == PROBE_TLS_DONE &&
	       (offer->demand.tls != DEMAND_TLS_NONE ||
		   offer_is_wrapped(offer));
}

static char *
explain_lack(const struct offer *offer, const char *mechanisms)
{
	bool by_tls = goes_by_tls(offer);

	if (mechanisms[0])
		return alloc_printf(
		    "its server offers AUTH%s and no other, and Postfix has a "
		    "login for it, but is set not to use these (noplaintext in "
		    "smtp_sasl%s_security_options)",
		    mechanisms, by_tls ? "_tls" : "");
	if (offer->said.secure_auth[0])
		return alloc_printf(
		    "its server offers AUTH only after STARTTLS, and Postfix "
		    "has a login for it, but is set not to use TLS (level %s)",
		    offer->demand.level);
	return alloc_printf(
	    "its server does not offer AUTH%s, and Postfix has a login for it",
	    by_tls && !offer_is_wrapped(offer) ? ", not after STARTTLS either"
					       : "");
}

enum preflight_result
offer_judge_auth(const struct offer *offer, char **text)
{
	const struct demand *demand = &offer->demand;
	bool by_tls = goes_by_tls(offer);
	const char *mechanisms =
	    by_tls ? offer->said.secure_auth : offer->said.plain_auth;

	/* Where TLS does not come about, and need not, Postfix goes on without
	   it; then the cause does not matter. */
	if (has_usable(mechanisms, by_tls ? demand->hides_password_in_tls
					  : demand->hides_password) &&
	    (!offer->cause || demand->tls <= DEMAND_TLS_MAY))
		return PREFLIGHT_GOOD;
	if (offer->cause)
		return pass_cause(offer, PREFLIGHT_UNKNOWN, text);
	*text = explain_lack(offer, mechanisms);
	return PREFLIGHT_BAD;
}
