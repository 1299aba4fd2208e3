#include "admin/runner.h"

#include "base/account.h"
#include "admin/request.h"

#define PACKAGED_USER "repgate"

int
runner_find(const char *config_path, struct account *out)
{
	json_t *status = request_try(config_path, "status");
	pid_t pid = (pid_t)json_integer_value(json_object_get(status, "pid"));

	json_decref(status);
	return pid > 0 ? account_of_process(pid, out)
		       : account_of_name(PACKAGED_USER, out);
}
