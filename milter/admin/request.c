#include "admin/request.h"

#include "base/alloc.h"
#include "base/socket.h"
#include "config/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* A daemon that has not answered by then is broken. */
#define ANSWER_LIMIT_SEC 30

static void
print_why(const char *path, int error)
{
	fprintf(stderr, "repgate: %s: %s%s\n", path, strerror(error),
	    error == ENOENT || error == ECONNREFUSED ? " (is repgated running?)"
						     : "");
}

static json_t *
exchange(int fd, const char *line)
{
	const struct timeval limit = {.tv_sec = ANSWER_LIMIT_SEC};
	char *request = alloc_printf("%s\n", line);
	size_t length = strlen(request);
	json_error_t error;
	json_t *answer = NULL;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	if (write(fd, request, length) == (ssize_t)length)
		answer = json_loadfd(fd, 0, &error);
	free(request);
	return answer;
}

json_t *
request_send(const char *config_path, const char *line)
{
	char *path = config_control_socket(config_path);
	int fd = socket_connect(path);
	json_t *answer = NULL;

	if (fd < 0) {
		print_why(path, errno);
		goto out;
	}
	answer = exchange(fd, line);
	if (!answer)
		fprintf(stderr, "repgate: %s: no answer from repgated\n", path);
	close(fd);
out:
	free(path);
	return answer;
}

json_t *
request_try(const char *config_path, const char *line)
{
	char *path = config_control_socket(config_path);
	int fd = socket_connect(path);
	json_t *answer = NULL;

	if (fd >= 0) {
		answer = exchange(fd, line);
		close(fd);
	}
	free(path);
	return answer;
}
