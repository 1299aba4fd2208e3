/*
 * repgated -- the daemon: options, wiring, start, stop.
 *
 * libmilter has a thread for the milter socket, and adds one for each
 * connection; the engine has one. The main thread waits to be told to stop, by
 * SIGTERM, SIGINT or SIGHUP. SIGUSR1 reloads.
 */
#include "base/alloc.h"
#include "base/descriptors.h"
#include "base/log.h"
#include "base/supervisor.h"
#include "base/user.h"
#include "config/config.h"
#include "config/problems.h"
#include "doors/session.h"
#include "daemon/engine.h"
#include "daemon/report.h"
#include "standing/board.h"
#include "standing/store.h"

#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

/* Once told to stop, libmilter takes no more commands; what it is deciding by
   then is done in an instant. A longer wait would only hold up mail. */
#define DRAIN_HUNDREDTHS 50

struct options {
	const char *config_path;
	const char *user; /* NULL: whoever started us */
	bool foreground, check_config;
};

static struct engine *engine; /* for the signal handler */
static atomic_bool milter_failed;

static void
usage(FILE *to)
{
	fputs("usage: repgated [--config FILE] [--user NAME] [--foreground]\n"
	      "       repgated [--config FILE] [--user NAME] --check-config\n"
	      "       repgated --version | --help\n",
	    to);
}

static void
parse_options(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"user", required_argument, NULL, 'u'},
	    {"foreground", no_argument, NULL, 'f'},
	    {"check-config", no_argument, NULL, 'n'},
	    {"version", no_argument, NULL, 'V'},
	    {"help", no_argument, NULL, 'h'},
	    {0},
	};
	int option;

	while (
	    (option = getopt_long(argc, argv, "c:u:fnVh", known, NULL)) != -1) {
		switch (option) {
		case 'c':
			options->config_path = optarg;
			break;
		case 'u':
			options->user = optarg;
			break;
		case 'f':
			options->foreground = true;
			break;
		case 'n':
			options->check_config = true;
			break;
		case 'V':
			puts("repgated " VERSION);
			exit(EXIT_SUCCESS);
		case 'h':
			usage(stdout);
			exit(EXIT_SUCCESS);
		default:
			usage(stderr);
			exit(EXIT_FAILURE);
		}
	}
	if (optind < argc) {
		fprintf(stderr, "repgated: unexpected \"%s\"\n", argv[optind]);
		usage(stderr);
		exit(EXIT_FAILURE);
	}
}

static int
check_config(const char *path)
{
	struct problems *problems = problems_create();
	struct config *config = config_load(path, problems);

	for (size_t i = 0; i < problems_count(problems); i++)
		puts(problems_text(problems, i));
	printf("%s: %s\n", path, config ? "good" : "not usable");
	problems_destroy(&problems);
	if (!config)
		return EXIT_FAILURE;
	config_unref(config);
	return EXIT_SUCCESS;
}

static struct config *
load_config(const struct options *options)
{
	struct problems *problems = problems_create();
	struct config *config = config_load(options->config_path, problems);

	if (config)
		log_open(
		    "repgated", config->syslog_facility, options->foreground);
	report_problems(problems);
	if (!options->foreground)
		for (size_t i = 0; i < problems_count(problems); i++)
			fprintf(stderr, "repgated: %s\n",
			    problems_text(problems, i));
	problems_destroy(&problems);
	return config;
}

static void
on_reload_signal(int number)
{
	(void)number;
	engine_reload(engine);
}

static sigset_t
stop_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	return signals;
}

static void
prepare_signals(void)
{
	struct sigaction reload = {.sa_handler = on_reload_signal};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigset_t blocked;

	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGUSR1, &reload, NULL);
	blocked = stop_signals();     /* for the main thread */
	sigaddset(&blocked, SIGUSR1); /* for the engine thread */
	pthread_sigmask(SIG_BLOCK, &blocked, NULL);
}

/* Returns when libmilter fails, or when it got the signal itself. */
static void *
serve_milter(void *main_thread)
{
	if (session_serve() != 0)
		atomic_store(&milter_failed, true);
	pthread_kill(*(pthread_t *)main_thread, SIGHUP);
	return NULL;
}

/* Until told to stop, or until libmilter fails: -1. A thread of libmilter waits
   for the same signals, but Linux prefers the main thread, which then passes
   them on. libmilter's end is not waited for: it looks every 5 seconds whether
   it is to stop, and while mail flows it may not end at all (8.17:
   mi_pool_controller destroys a lock that another thread has, and others wait
   for). */
static int
serve_until_stopped(void)
{
	static pthread_t main_thread;
	sigset_t signals = stop_signals();
	pthread_t milter;
	int number;

	main_thread = pthread_self();
	if (pthread_create(&milter, NULL, serve_milter, &main_thread) != 0) {
		log_error("cannot start the milter's thread");
		return -1;
	}
	pthread_detach(milter);
	sigwait(&signals, &number);
	supervisor_stopping();
	log_info("stopping");
	kill(getpid(), SIGTERM);
	return atomic_load(&milter_failed) ? -1 : 0;
}

static void
drain(void)
{
	const struct timespec hundredth = {.tv_nsec = 10000000};
	struct session_counters counters;

	for (int i = 0; i < DRAIN_HUNDREDTHS; i++) {
		session_count(&counters);
		if (counters.messages == 0)
			return;
		nanosleep(&hundredth, NULL);
	}
	log_info("%llu messages are left to the MTA and its "
		 "milter_default_action",
	    (unsigned long long)counters.messages);
}

static int
open_session(const char *socket, struct board_slot *slot)
{
	int status;

	user_raise();
	status = session_open(socket, slot);
	user_lower();
	return status;
}

/* A socket that is listened at and never served would let its clients hang. */
static void
refuse_other_sockets(void)
{
	int count = supervisor_close_rest();

	if (count > 0)
		log_warning("%d of the sockets handed over are none of ours: "
			    "expected the names map and control",
		    count);
}

static int
serve(const struct options *options, struct config *config)
{
	struct board_slot *slot = board_slot_create();
	char *socket = alloc_string(config->milter_socket);
	struct store *store = store_open(config->store);
	char *reason = NULL;
	int status = -1;

	engine =
	    engine_create(config, options->config_path, slot, store, &reason);
	if (!engine) {
		log_error("%s", reason);
		free(reason);
		goto out;
	}
	refuse_other_sockets();
	if (open_session(socket, slot) != 0)
		goto out;
	if (user_settle(&reason) != 0) {
		log_error("%s", reason);
		free(reason);
		goto out;
	}
	if (!options->foreground && daemon(0, 0) != 0) {
		log_error("cannot go to the background: %m");
		goto out;
	}
	log_start();
	store_start(store);
	if (engine_start(engine) != 0) {
		log_error("cannot start the engine thread");
		goto out;
	}
	log_info("repgated " VERSION " serves %s", socket);
	supervisor_ready();
	status = serve_until_stopped();
	session_close();
	drain();
	engine_stop(&engine);
	log_info("stopped");
out:
	store_close(&store);
	log_stop();
	free(socket);
	return status;
}

int
main(int argc, char **argv)
{
	struct options options = {.config_path = CONFIG_PATH};
	struct config *config;
	char *absolute, *reason;
	int status;

	parse_options(argc, argv, &options);
	supervisor_begin();
	descriptors_raise();
	if (user_take(options.user, &reason) != 0) {
		fprintf(stderr, "repgated: %s\n", reason);
		free(reason);
		return EXIT_FAILURE;
	}
	if (options.check_config)
		return check_config(options.config_path);
	umask(0117); /* sockets: owner and group */
	log_open("repgated", LOG_MAIL, options.foreground);
	absolute = realpath(options.config_path, NULL);
	if (absolute) /* it is read again from another directory */
		options.config_path = absolute;
	config = load_config(&options);
	if (!options.user && geteuid() == 0)
		log_warning("runs as root, and needs not to: see --user");
	if (!config) {
		log_error("not started: %s is not usable", options.config_path);
		return EXIT_FAILURE;
	}
	prepare_signals();
	status = serve(&options, config);
	free(absolute);
	return status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
