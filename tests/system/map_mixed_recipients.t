#!/bin/bash
# One message to a colleague and a customer: asked by the map, Postfix gives
# the colleague his own directly, and only the customer's goes by the
# smarthost.
. "$(dirname "$0")/../sandbox.sh"

ask_map
sandbox_start
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed'

ok "a message is accepted" \
    send anna@ours.test colleague@local.test bob@customer.test
arrived smarthost 1
arrived smarthost 1 '^X-Rcpt-Args: <bob@customer.test>'
arrived smarthost 0 '^X-Repgate-Route:'
arrived local 1
arrived direct 0
wait_for_log ' gate: qid=[0-9A-Za-z]+ action=reroute via=smarthost egress=main .*from=<anna@ours.test> rcpts=1 '
log_has ' gate: door=(sender|recipient) action=reroute via=smarthost egress=main address=203.0.113.5 blocked-by="Example BL SPAM" rule=all '

done_testing
