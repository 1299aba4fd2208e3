#!/bin/bash
# In monitor mode repgate says what it would do, and touches nothing.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
conf mode '"monitor"'
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed'

ok "a message is accepted" send anna@ours.test bob@customer.test
wait_for_log ' gate: .*action=reroute via=smarthost .*mode=monitor'
arrived direct 1
arrived direct 0 '^X-Repgate'
arrived smarthost 0

done_testing
