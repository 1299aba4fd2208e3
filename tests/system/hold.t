#!/bin/bash
# A rule may keep mail in the hold queue, from where it is let go later.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
conf policy '( { name = "wait"; then = "hold"; } )'
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed'

ok "a message is accepted" send anna@ours.test bob@customer.test
wait_for_log ' gate: .*action=hold .*rule=wait'
arrived held 1
arrived direct 0

release_held
wait_until message_at direct
arrived direct 1
arrived held 0
arrived smarthost 0

done_testing
