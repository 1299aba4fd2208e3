#include "daemon/reload.h"

#include "base/alloc.h"
#include "base/log.h"
#include "base/supervisor.h"
#include "config/config.h"
#include "config/problems.h"
#include "doors/control.h"
#include "daemon/report.h"
#include "daemon/statement.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct askers {
	struct control_client **items;
	size_t count;
};

struct reload {
	char *path;
	reload_take *take;
	reload_wake *wake;
	void *arg;
	atomic_bool is_wanted, is_read; /* set by others before they wake */

	bool is_loading, has_loader;
	pthread_t loader;
	struct config *loaded;
	struct problems *problems;
	struct askers asking, asking_next;
};

static void *
load(void *arg)
{
	struct reload *reload = arg;

	reload->loaded = config_load(reload->path, reload->problems);
	atomic_store(&reload->is_read, true);
	reload->wake(reload->arg);
	return NULL;
}

static void
begin(struct reload *reload)
{
	supervisor_reloading();
	reload->is_loading = true;
	reload->asking = reload->asking_next;
	reload->asking_next = (struct askers){0};
	reload->problems = problems_create();
	reload->loaded = NULL;
	reload->has_loader =
	    pthread_create(&reload->loader, NULL, load, reload) == 0;
	if (reload->has_loader)
		return;
	problems_error(reload->problems, reload->path, 0,
	    "cannot start a thread to read it");
	atomic_store(&reload->is_read, true);
	reload->wake(reload->arg);
}

static void
take(struct reload *reload)
{
	char *reason = NULL;

	if (!reload->loaded ||
	    reload->take(reload->arg, reload->loaded, &reason) == 0)
		return;
	problems_error(reload->problems, reload->path, 0, "%s", reason);
	config_unref(reload->loaded);
	free(reason);
}

static void
end(struct reload *reload)
{
	if (reload->has_loader)
		pthread_join(reload->loader, NULL);
	reload->is_loading = false;
	take(reload);
	report_problems(reload->problems);
	if (problems_error_count(reload->problems) == 0)
		log_info("reload: %s taken over", reload->path);
	else
		log_error("reload: the old configuration stays in force");
	for (size_t i = 0; i < reload->asking.count; i++)
		control_answer(reload->asking.items[i],
		    statement_reload(reload->problems));
	free(reload->asking.items);
	reload->asking = (struct askers){0};
	problems_destroy(&reload->problems);
	supervisor_ready();
}

void
reload_want(struct reload *reload)
{
	atomic_store(&reload->is_wanted, true);
	reload->wake(reload->arg);
}

void
reload_ask(struct reload *reload, struct control_client *client)
{
	struct askers *next = &reload->asking_next;

	next->items = alloc_resize(
	    next->items, next->count + 1, sizeof(struct control_client *));
	next->items[next->count++] = client;
	reload_want(reload);
}

void
reload_step(struct reload *reload)
{
	if (atomic_exchange(&reload->is_read, false))
		end(reload);
	if (!reload->is_loading && atomic_exchange(&reload->is_wanted, false))
		begin(reload);
}

static bool
differ(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") != 0;
}

void
reload_compare(const struct config *old, const struct config *new)
{
	if (differ(old->milter_socket, new->milter_socket))
		log_warning("milter.socket changed: this takes a restart");
	if (differ(old->control_socket, new->control_socket))
		log_warning("control.socket changed: this takes a restart");
	if (differ(old->store, new->store))
		log_warning("store changed: this takes a restart");
	if (old->map_socket && new->map_socket &&
	    differ(old->map_socket, new->map_socket))
		log_warning("map.socket changed: this takes a restart");
}

struct reload *
reload_create(
    const char *path, reload_take *taker, reload_wake *wake, void *arg)
{
	struct reload *reload = alloc_zeroed(1, sizeof *reload);

	reload->path = alloc_string(path);
	reload->take = taker;
	reload->wake = wake;
	reload->arg = arg;
	return reload;
}

void
reload_destroy(struct reload **reload_r)
{
	struct reload *reload = *reload_r;

	if (!reload)
		return;
	*reload_r = NULL;
	if (reload->is_loading) {
		if (reload->has_loader)
			pthread_join(reload->loader, NULL);
		config_unref(reload->loaded);
		problems_destroy(&reload->problems);
	}
	free(reload->asking.items);
	free(reload->asking_next.items);
	free(reload->path);
	free(reload);
}
