#!/bin/bash
# A smarthost that takes five messages an hour gets five, in the middle of a
# stream and out of the queue; the rest waits, over a restart too, and leaves
# when there is more to be had.
. "$(dirname "$0")/../sandbox.sh"

ask_map
master_cf+=('egress-wait unix - - n - - error')
main_cf+=('defer_transports = egress-wait' 'queue_run_delay = 2s')
sandbox_start
routes() { # PER_HOUR
	conf routes "( { name = \"smarthost\"; per_hour = $1;
	    nexthop = \"smtp:[127.0.0.1]:$smarthost_port\"; } )"
}
routes 5
conf store "\"$dir/gate/state.db\""
conf policy '( { name = "all"; then = "reroute"; via = [ "smarthost" ];
  otherwise = "wait"; } )'
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed .*action=reroute via=smarthost'

# mailq can miss a message that goes from one of Postfix's queues to another.
in_queue() { # COUNT
	[ "$(mail_queue | grep -c '@customer.test')" = "$1" ]
}
for n in {1..8}; do
	send "$n.anna@ours.test" "$n.bob@customer.test" || break
done
is "eight were accepted" "$n" 8
ok "three of them wait" wait_until in_queue 3
is "five went by the smarthost" "$(count_messages smarthost)" 5
wait_for_log 'route: name=smarthost state=unusable cause="its budget of 5 messages an hour is used up"'
like "status tells" "$(repgate status)" 'smarthost .*unusable .* 0 of 5 per_hour'

# What has been taken is known again.
repgate_stop
repgate_start
wait_for_log 'route: name=smarthost state=unusable cause="its budget of 5'
would_wait() {
	[[ $(ask sender 9.anna@ours.test) == egress-wait:* ]]
}
ok "mail would wait" wait_until would_wait
ok "one more" send 9.anna@ours.test 9.bob@customer.test
ok "it waits too" wait_until in_queue 4
is "still five" "$(count_messages smarthost)" 5

# Of the four in the queue two have room.
routes 7
write_conf
repgate reload >/dev/null
wait_for_log 'route: name=smarthost state=usable'
ok "two wait" wait_until in_queue 2
is "seven now" "$(count_messages smarthost)" 7
is "none went directly" "$(count_messages direct)" 0
is "nothing bounced" "$(grep -c 'status=bounced' "$dir/postfix.log")" 0

done_testing
