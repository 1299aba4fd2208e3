#!/bin/bash
# While the address is clean, mail goes out as if repgate were not there.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
repgate_start
wait_for_log 'standing: egress=main from=unknown to=clean'

ok "a message is accepted" send anna@ours.test bob@customer.test
arrived direct 1
arrived direct 0 '^X-Repgate'
arrived smarthost 0
log_lacks ' gate: '

done_testing
