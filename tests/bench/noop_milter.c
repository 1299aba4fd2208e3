/*
 * noop_milter -- a milter that does as little as libmilter lets one do; the
 * measure of what repgate adds.
 *
 *   noop_milter [-mrda] [-s] SOCKET [HEADER VALUE]
 *
 * It takes the end of a message and no other stage, and there adds HEADER if
 * there is one. To learn what a stage costs, it can be made to take MAIL (-m),
 * RCPT (-r) and headers (-d) as well, all without an answer, or DATA with one
 * (-a), and to choose its macros as repgate does (-s).
 */
#include <libmilter/mfapi.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char *header_name, *header_value;
static unsigned long stages_taken;
static bool is_choosing_macros;

static const unsigned long every_stage =
    SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NOMAIL | SMFIP_NORCPT |
    SMFIP_NODATA | SMFIP_NOUNKNOWN | SMFIP_NOHDRS | SMFIP_NOEOH | SMFIP_NOBODY;

static sfsistat
negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps,
    unsigned long unused_2, unsigned long unused_3, unsigned long *actions_r,
    unsigned long *steps_r, unsigned long *unused_2_r,
    unsigned long *unused_3_r)
{
	unsigned long quiet = SMFIP_NR_MAIL | SMFIP_NR_RCPT | SMFIP_NR_HDR;

	(void)unused_2, (void)unused_3;
	*unused_2_r = *unused_3_r = 0;
	*actions_r = header_name ? SMFIF_ADDHDRS : 0;
	*steps_r = steps & ((every_stage & ~stages_taken) | quiet);
	if (is_choosing_macros && (actions & SMFIF_SETSYMLIST)) {
		*actions_r |= SMFIF_SETSYMLIST;
		smfi_setsymlist(
		    ctx, SMFIM_ENVFROM, "{auth_authen} {client_addr}");
		smfi_setsymlist(ctx, SMFIM_ENVRCPT, "{rcpt_mailer}");
		smfi_setsymlist(ctx, SMFIM_EOM, "i");
	}
	return SMFIS_CONTINUE;
}

static sfsistat
ignore_arguments(SMFICTX *ctx, char **arguments)
{
	(void)ctx, (void)arguments;
	return SMFIS_NOREPLY;
}

static sfsistat
ignore_header(SMFICTX *ctx, char *name, char *value)
{
	(void)ctx, (void)name, (void)value;
	return SMFIS_NOREPLY;
}

static sfsistat
answer_data(SMFICTX *ctx)
{
	(void)ctx;
	return SMFIS_CONTINUE;
}

static sfsistat
take_end(SMFICTX *ctx)
{
	if (header_name &&
	    smfi_addheader(ctx, header_name, header_value) != MI_SUCCESS)
		return SMFIS_TEMPFAIL;
	return SMFIS_CONTINUE;
}

static struct smfiDesc description = {
    .xxfi_name = "noop",
    .xxfi_version = SMFI_VERSION,
    .xxfi_flags = SMFIF_ADDHDRS,
    .xxfi_envfrom = ignore_arguments,
    .xxfi_envrcpt = ignore_arguments,
    .xxfi_header = ignore_header,
    .xxfi_data = answer_data,
    .xxfi_eom = take_end,
    .xxfi_negotiate = negotiate,
};

static void
parse_options(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "mrdas")) != -1) {
		switch (option) {
		case 'm':
			stages_taken |= SMFIP_NOMAIL;
			break;
		case 'r':
			stages_taken |= SMFIP_NORCPT;
			break;
		case 'd':
			stages_taken |= SMFIP_NOHDRS;
			break;
		case 'a':
			stages_taken |= SMFIP_NODATA;
			break;
		case 's':
			is_choosing_macros = true;
			break;
		default:
			exit(EXIT_FAILURE);
		}
	}
}

int
main(int argc, char **argv)
{
	parse_options(argc, argv);
	argc -= optind;
	argv += optind;
	if (argc != 1 && argc != 3) {
		fputs("usage: noop_milter [-mrda] [-s] SOCKET [HEADER VALUE]\n",
		    stderr);
		return EXIT_FAILURE;
	}
	if (argc == 3) {
		header_name = argv[1];
		header_value = argv[2];
	}
	umask(0);
	if (smfi_setconn(argv[0]) != MI_SUCCESS ||
	    smfi_register(description) != MI_SUCCESS) {
		fprintf(stderr, "noop_milter: cannot use %s\n", argv[0]);
		return EXIT_FAILURE;
	}
	return smfi_main() == MI_SUCCESS ? EXIT_SUCCESS : EXIT_FAILURE;
}
