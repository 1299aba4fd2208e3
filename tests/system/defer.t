#!/bin/bash
# A rule may ask the client to come back later, and tells it why.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
conf policy '( { name = "later"; then = "defer"; } )'
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed'

ok "a message is not accepted" not send anna@ours.test bob@customer.test
like "the client hears why" "$reply" '^451 4\.7\.1 .*203\.0\.113\.5.*Example BL'
wait_for_log ' gate: .*action=defer .*rule=later'

delist_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=clean'
ok "later it is" send anna@ours.test bob@customer.test
arrived direct 1
arrived smarthost 0

done_testing
