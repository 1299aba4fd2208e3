/*
 * lying_dns -- a DNS server that says what a script tells it to, truth or
 * lies. tests/unit/dns_server.h has the language of the script.
 *
 *   lying_dns [-a ADDRESS] [-p PORT] [-l LOG] SCRIPT
 *
 * It listens on 127.0.0.1 and a free port, or on those given, UDP and TCP, and
 * prints "ADDRESS:PORT" once it does. SIGHUP makes it read the script again.
 * LOG gets a line for each question: type and name.
 */
#include "../unit/dns_server.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char *
read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (!file) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	/* A script has no NUL, so all of it is one "line". */
	if (getdelim(&text, &size, '\0', file) < 0)
		text = calloc(1, 1);
	fclose(file);
	return text;
}

static void
serve(struct dns_server *server, const char *path)
{
	sigset_t signals;
	int signal = 0;

	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	while (sigwait(&signals, &signal) == 0 && signal == SIGHUP) {
		char *script = read_file(path);

		dns_server_script(server, script);
		free(script);
	}
}

/* Before any thread is there to take one of these. */
static void
block_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
}

int
main(int argc, char **argv)
{
	const char *address = "127.0.0.1";
	struct dns_server *server;
	int option, port = 0;
	FILE *log = NULL;
	char *script;

	while ((option = getopt(argc, argv, "a:p:l:")) != -1) {
		if (option == 'a')
			address = optarg;
		else if (option == 'p')
			port = atoi(optarg);
		else if (option == 'l')
			log = fopen(optarg, "w");
		else
			return EXIT_FAILURE;
	}
	if (optind + 1 != argc)
		return EXIT_FAILURE;
	if (log)
		setvbuf(log, NULL, _IOLBF, 0);
	block_signals();
	script = read_file(argv[optind]);
	server = dns_server_start_at(address, port, script, log);
	free(script);
	puts(dns_server_address(server));
	fflush(stdout);
	serve(server, argv[optind]);
	dns_server_stop(&server);
	if (log)
		fclose(log);
	return EXIT_SUCCESS;
}
