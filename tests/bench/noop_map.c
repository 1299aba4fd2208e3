/*
 * noop_map -- the smallest socketmap server: it reads, and answers NOTFOUND
 * without a look at what it has read. The measure of what repgate's map adds.
 *
 *   noop_map PATH
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER "9:NOTFOUND ,"
#define EVENTS 64

static void
watch(int loop, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	if (epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event) != 0)
		abort();
}

static void
answer(int fd)
{
	char bytes[8192];

	if (read(fd, bytes, sizeof bytes) <= 0)
		close(fd);
	else if (write(fd, ANSWER, strlen(ANSWER)) < 0)
		close(fd);
}

int
main(int argc, char **argv)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int loop = epoll_create1(0), fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path) {
		fputs("usage: noop_map PATH\n", stderr);
		return EXIT_FAILURE;
	}
	strcpy(address.sun_path, argv[1]);
	umask(0);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
	    listen(fd, 1024) != 0) {
		perror(argv[1]);
		return EXIT_FAILURE;
	}
	watch(loop, fd);
	for (;;) {
		struct epoll_event events[EVENTS];
		int count = epoll_wait(loop, events, EVENTS, -1);

		for (int i = 0; i < count; i++)
			if (events[i].data.fd == fd)
				watch(loop, accept(fd, NULL, NULL));
			else
				answer(events[i].data.fd);
	}
}
