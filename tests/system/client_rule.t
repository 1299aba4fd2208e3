#!/bin/bash
# A rule for some clients: their mail is held, that of others passes; also when
# the rule comes with a reload.
. "$(dirname "$0")/../sandbox.sh"

held_for() { # CLIENT
	conf policy "( { name = \"some\"; clients = [ \"$1\" ]; then = \"hold\"; },
	    { name = \"others\"; then = \"pass\"; } )"
}

sandbox_start
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed'

held_for 192.0.2.0/24
write_conf
like "a rule for others" "$(repgate reload)" reloaded
ok "a message is accepted" send anna@ours.test bob@customer.test
wait_for_log ' gate: .*action=pass .*rule=others'
arrived direct 1

held_for 127.0.0.0/8
write_conf
like "a rule for this one" "$(repgate reload)" reloaded
ok "a message is accepted" send anna@ours.test bob@customer.test
wait_for_log ' gate: .*action=hold .*rule=some'
is "it is held" "$(count_messages held)" 1
arrived direct 1

done_testing
