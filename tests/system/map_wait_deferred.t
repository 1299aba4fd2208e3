#!/bin/bash
# The same by defer_transports, which needs no process: the mail leaves at the
# first queue run after the address is clean. And after wait_at_most it goes
# another way while the address is still listed.
# shellcheck disable=SC2016,SC2317 # the $ is for others, and called by name
. "$(dirname "$0")/../sandbox.sh"

ask_map
main_cf+=('defer_transports = egress-wait')
sandbox_start
list_address 203.0.113.5
conf policy '( { name = "all"; then = "wait"; wait_at_most = "1h"; } )'
repgate_start
wait_for_log 'standing: egress=main .*to=listed .*action=wait'

ok "a message is accepted" \
    send anna@ours.test bob@customer.test dora@customer.test
deferred() {
	grep -q 'dora.*status=deferred (deferred transport)' "$dir/postfix.log"
}
wait_until deferred
like "mailq has it" "$(mail_queue)" 'deferred transport'
arrived_none() {
	[ "$(count_messages direct)" = 0 ]
}
ok "it waits" arrived_none
delist_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=clean'
arrived direct 1

list_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=listed .*action=wait'
ok "another is accepted" \
    send anna@ours.test carl@customer.test erik@customer.test
wait_until grep -q 'erik.*deferred transport' "$dir/postfix.log"
conf policy '( { name = "all"; then = "wait"; wait_at_most = "1s";
    then_after = "reroute"; via = [ "smarthost" ]; } )'
write_conf
ok "a shorter patience" repgate reload
arrived smarthost 1 'carl@customer.test'
arrived direct 1

done_testing
