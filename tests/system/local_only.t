#!/bin/bash
# Mail that never leaves the host is not repgate's business.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
conf policy '( { name = "all"; then = "defer"; } )'
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed'

ok "a colleague gets mail" send anna@ours.test colleague@local.test
arrived local 1
ok "a customer does not" not send anna@ours.test bob@customer.test
ok "the log says so" wait_until gated 1
is "only the customer's mail is gated" "$(log_count ' gate: ')" 1
arrived local 1

done_testing
