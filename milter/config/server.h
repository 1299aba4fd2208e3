/*
 * server -- the address of a DNS server as the configuration has it. Pure; any
 * thread.
 */
#ifndef CONFIG_SERVER_H
#define CONFIG_SERVER_H

#include "base/address.h"

/* "[v6]:65535" */
#define SERVER_TEXT_MAX (ADDRESS_TEXT_MAX + 8)

/* Takes "ADDR", "ADDR:PORT", "[V6]" and "[V6]:PORT". Writes address and port
   as ares_set_servers_ports_csv(3) takes them, an IPv6 address in brackets.
   0, or -1 with out untouched. */
int server_parse(const char *text, char out[SERVER_TEXT_MAX]);

/* NULL for good text, else what was expected instead. */
const char *server_form(const char *text);

#endif
