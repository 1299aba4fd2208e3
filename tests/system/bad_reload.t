#!/bin/bash
# A configuration with errors changes nothing and all of them are named; a
# good one is taken over without a restart.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed'
good_policy=${conf[policy]}

conf policy '( { name = "all"; then = "vanish"; } )'
conf listed_att 1
write_conf
said=$(repgate reload 2>&1)
is "repgate reload fails" $? 1
like "one error and its line" "$said" 'repgate.conf:[0-9]+:.*vanish'
like "the other one" "$said" 'repgate.conf:[0-9]+:.*listed_att'
ok "a message is accepted" send anna@ours.test bob@customer.test
arrived smarthost 1

unset "conf[listed_att]"
conf policy '( { name = "all"; then = "defer"; } )'
write_conf
said=$(repgate reload 2>&1)
is "repgate reload" $? 0
ok "a message is deferred" not send anna@ours.test bob@customer.test
like "by the new rule" "$reply" '^451 4\.7\.1 '

conf policy "$good_policy"
write_conf
kill -USR1 "${pids[repgated]}"
wait_until send anna@ours.test bob@customer.test
arrived smarthost 2
arrived direct 0

done_testing
