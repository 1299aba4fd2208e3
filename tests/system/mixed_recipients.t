#!/bin/bash
# A message to a customer and a colleague: the header moves all of it, and
# each of the two gets it once.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed'

ok "a message is accepted" \
    send anna@ours.test colleague@local.test bob@customer.test
arrived smarthost 1
arrived smarthost 1 '^X-Rcpt-Args: <bob@customer.test>'
arrived smarthost 1 '^X-Rcpt-Args: <colleague@local.test>'
arrived local 0
arrived direct 0
ok "it is logged" wait_until gated 1
is "one decision for the message" "$(log_count ' gate: ')" 1

done_testing
