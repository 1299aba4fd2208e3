#include "base/socket.h"

#include "base/alloc.h"

#include <errno.h>
#include <string.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

int
socket_connect(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof address.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 &&
	    connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
		int saved = errno;
		close(fd);
		errno = saved;
		fd = -1;
	}
	return fd;
}

int
socket_claim(const char *path, char **reason)
{
	struct stat info;
	int fd;

	if (lstat(path, &info) != 0)
		return 0;
	if (!S_ISSOCK(info.st_mode)) {
		*reason = alloc_printf("%s is there and is no socket", path);
		return -1;
	}
	fd = socket_connect(path);
	if (fd >= 0) {
		close(fd);
		*reason = alloc_printf("another process serves %s", path);
		return -1;
	}
	if (unlink(path) != 0 && errno != ENOENT) {
		*reason = alloc_printf("cannot remove the old socket %s: %s",
		    path, strerror(errno));
		return -1;
	}
	return 0;
}

ino_t
socket_file(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 ? info.st_ino : 0;
}

void
socket_remove(const char *path, ino_t file)
{
	if (socket_file(path) == file)
		unlink(path);
}

void
socket_listeners_send_at_once(void)
{
	const int on = 1;

	for (int fd = 0; fd < FD_SETSIZE; fd++) {
		int is_listening = 0;
		socklen_t length = sizeof is_listening;

		if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening,
			&length) == 0 &&
		    is_listening)
			setsockopt(
			    fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	}
}
