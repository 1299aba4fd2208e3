#include "base/alloc.h"
#include "base/socket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct sockaddr_in
listen_somewhere(int *listener)
{
	struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;

	*listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(
	    bind(*listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(*listener, 8), 0);
	assert_int_equal(
	    getsockname(*listener, (struct sockaddr *)&address, &length), 0);
	return address;
}

static bool
accepted_sends_at_once(int listener, const struct sockaddr_in *address)
{
	int client = socket(AF_INET, SOCK_STREAM, 0), accepted, on = -1;
	socklen_t length = sizeof on;

	assert_int_equal(
	    connect(client, (const struct sockaddr *)address, sizeof *address),
	    0);
	accepted = accept(listener, NULL, NULL);
	assert_int_equal(
	    getsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, &length), 0);
	close(accepted);
	close(client);
	return on;
}

static void
listeners_send_at_once(void **state)
{
	struct sockaddr_in address;
	int listener;

	(void)state;
	address = listen_somewhere(&listener);
	assert_false(accepted_sends_at_once(listener, &address));
	socket_listeners_send_at_once();
	assert_true(accepted_sends_at_once(listener, &address));
	close(listener);
}

static int
bind_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(address.sun_path, path);
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

static void
a_successor_is_left_alone(void **state)
{
	char directory[] = "/tmp/repgate-test.XXXXXX", *path;
	int fd;
	ino_t file;

	(void)state;
	assert_non_null(mkdtemp(directory));
	path = alloc_printf("%s/socket", directory);
	assert_int_equal(socket_file(path), 0);
	socket_remove(path, 0);
	fd = bind_at(path);
	file = socket_file(path);
	assert_int_not_equal(file, 0);
	socket_remove(path, file + 1);
	assert_int_equal(socket_file(path), file);
	socket_remove(path, file);
	assert_int_equal(socket_file(path), 0);
	assert_int_equal(rmdir(directory), 0);
	close(fd);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(listeners_send_at_once),
	    cmocka_unit_test(a_successor_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
