#include "base/socket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(listeners_send_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
