#include "tested_list.h"

static struct list_refusal refusals[] = {
    {PUBLIC_RESOLVER, PUBLIC_RESOLVER, "asked through a public resolver"},
};

const struct list tested_list = {
    .id = "bl",
    .zone = "bl.test",
    .knows_ip4 = true,
    .knows_ip6 = true,
    .refusals = refusals,
    .refusal_count = COUNT(refusals),
    .test4 = {{4, {127, 0, 0, 2}}, {4, {127, 0, 0, 1}}},
    .test6 = {{6, {[10] = 0xff, 0xff, 127, 0, 0, 2}},
	{6, {[10] = 0xff, 0xff, 127, 0, 0, 1}}},
};

const struct dns_settings tested_settings = {
    .check_min_ms = MIN,
    .check_every_ms = 10 * MIN,
};
