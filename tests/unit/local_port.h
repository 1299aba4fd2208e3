/*
 * local_port -- a TCP port of 127.0.0.1 for a test to listen at, or not to.
 */
#ifndef TESTS_LOCAL_PORT_H
#define TESTS_LOCAL_PORT_H

#include <stdint.h>

/* A free port; fails the test if there is none. *fd is bound to it, to be
   closed: as long as nobody listens, who connects is refused. */
uint16_t local_port_open(int *fd);

#endif
