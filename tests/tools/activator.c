/*
 * activator NAME=PATH ... -- COMMAND ...
 *
 * What systemd does for a service with sockets: listens at unix sockets, hands
 * them to the command (LISTEN_FDS), and starts it again whenever it ends.
 * Prints a line with its process id at each start. SIGTERM ends both.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FIRST_FD 3
#define BACKLOG 1024

static volatile sig_atomic_t is_ending;
static volatile pid_t child;

static void
on_term(int number)
{
	is_ending = 1;
	if (child > 0)
		kill(child, number);
}

static void
die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static void
listen_at(const char *path, int want_fd)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	unlink(path);
	if (fd < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
	    chmod(path, 0666) != 0 || listen(fd, BACKLOG) != 0)
		die(path);
	if (fd == want_fd)
		return;
	if (dup2(fd, want_fd) < 0)
		die("dup2");
	close(fd);
}

static int
listen_all(char **arguments, char names[256])
{
	int count = 0;

	for (; arguments[count]; count++) {
		char *path = strchr(arguments[count], '=');

		if (!path)
			break;
		*path++ = '\0';
		listen_at(path, FIRST_FD + count);
		snprintf(names + strlen(names), 256 - strlen(names), "%s%s",
		    count ? ":" : "", arguments[count]);
	}
	return count;
}

static void
run(char **command, int count, const char *names)
{
	char text[32];

	/* A test that gives up kills us without a word. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(text, sizeof text, "%d", getpid());
	setenv("LISTEN_PID", text, 1);
	snprintf(text, sizeof text, "%d", count);
	setenv("LISTEN_FDS", text, 1);
	setenv("LISTEN_FDNAMES", names, 1);
	execv(command[0], command);
	die(command[0]);
}

int
main(int argc, char **argv)
{
	const struct timespec tenth = {.tv_nsec = 100000000};
	struct sigaction term = {.sa_handler = on_term};
	char names[256] = "";
	int count, status = 0;

	if (argc < 3)
		return EXIT_FAILURE;
	/* 3 and what follows are for the sockets. */
	for (int fd = FIRST_FD; fd < 64; fd++)
		close(fd);
	count = listen_all(argv + 1, names);
	argv += 1 + count;
	if (!*argv || strcmp(*argv, "--") != 0 || !argv[1])
		return EXIT_FAILURE;
	sigaction(SIGTERM, &term, NULL);
	while (!is_ending) {
		child = fork();
		if (child == 0)
			run(argv + 1, count, names);
		printf("%d\n", child);
		fflush(stdout);
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
		child = 0;
		if (!is_ending)
			nanosleep(&tenth, NULL);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}
