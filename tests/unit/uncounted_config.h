/*
 * uncounted_config -- in the place of config.c's references, for tests whose
 * boards hold a configuration that nobody counts. For one file of a program.
 */
#ifndef UNIT_UNCOUNTED_CONFIG_H
#define UNIT_UNCOUNTED_CONFIG_H

#include "config/config.h"

struct config *
config_ref(struct config *same)
{
	return same;
}

void
config_unref(struct config *same)
{
	(void)same;
}

#endif
