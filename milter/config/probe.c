#include "config/probe.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "config/config.h"
#include "config/form.h"
#include "config/group.h"

#include <stdlib.h>

#define MINUTE (60 * CLOCK_SEC)
#define SPAN_MAX (7 * 24 * 60 * MINUTE)

static const struct word serve_words[] = {
    {"blocked", false},
    {"throttled", true},
    {NULL, 0},
};

static void
check_sight(struct group *root, const struct config *config)
{
	if (config->mta == MTA_SENDMAIL)
		group_warning(root, "probe",
		    "it does nothing: Sendmail has no such transport");
	else if (config->reroute_by != REROUTE_BY_MAP)
		group_warning(root, "probe",
		    "it does nothing: probes are up to the map; expected "
		    "reroute_by = \"map\" with it");
	else if (config->local_domains.count == 0)
		group_warning(root, "probe",
		    "it does nothing: without local_domains the map cannot "
		    "tell which recipients leave");
	else if (config->probe.after_ms >= config->receivers.keep_ms)
		group_warning(root, "probe",
		    "it does nothing: receivers.keep is over before "
		    "probe.after, and then all mail goes directly");
}

void
probe_read(struct group *root, struct config *config)
{
	struct probe_settings *probe = &config->probe;
	const char *transport;
	struct group group;

	group_open(root, "probe", &group);
	transport = group_text(&group, "transport", form_nexthop);
	probe->after_ms = group_duration_ms(
	    &group, "after", CLOCK_SEC, SPAN_MAX, 15 * MINUTE);
	probe->every_ms =
	    group_duration_ms(&group, "every", CLOCK_SEC, SPAN_MAX, 5 * MINUTE);
	probe->serves_throttled =
	    group_word(&group, "serve", serve_words, false);
	if (group_has(root, "probe")) {
		group_require(&group, "transport");
		check_sight(root, config);
	}
	if (transport)
		probe->transport = alloc_string(transport);
	group_end(&group);
}

bool
probe_is_on(const struct config *config)
{
	return config->probe.transport && config->mode == MODE_ENFORCE &&
	       config->mta == MTA_POSTFIX &&
	       config->reroute_by == REROUTE_BY_MAP &&
	       config->local_domains.count > 0;
}

void
probe_free(struct config *config)
{
	free(config->probe.transport);
}
