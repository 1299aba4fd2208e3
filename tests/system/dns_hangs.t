#!/bin/bash
# Questions that are never answered do not slow down mail.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
conf dns "{ servers = [ \"127.0.0.1:$dns_port\" ]; timeout = \"20s\";
    tries = 3; check_every = \"1s\"; check_min = \"1s\"; }"
dns_hang
repgate_start

before=$SECONDS
ok "100 messages are accepted" send_many 10 100
arrived direct 100
ok "in far less than one DNS timeout" test $((SECONDS - before)) -lt 15

done_testing
