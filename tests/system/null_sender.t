#!/bin/bash
# Bounces have no sender; they are moved as other mail is.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed'

ok "a message is accepted" send '<>' bob@customer.test
wait_for_log ' gate: .*action=reroute .*from=<> '
arrived smarthost 1 '^X-Mail-Args: <>'
arrived direct 0

done_testing
