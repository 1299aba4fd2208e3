#!/bin/bash
# repgate is dead while Postfix asks the map: Postfix cannot tell how mail is to
# be sent, so it refuses new mail for now and keeps what it has. All of it is
# delivered when repgate is back.
# shellcheck disable=SC2016,SC2317 # the $ is for others, and called by name
. "$(dirname "$0")/../sandbox.sh"

deadline=40
ask_map
sandbox_start
repgate_start
wait_for_log 'standing: egress=main .*to=clean'
stop_server mx
ok "20 messages are accepted" send_many 5 20
wait_until grep -q 'status=deferred' "$dir/postfix.log"
sink_start mx "$mx_port"
repgate_kill

not_sent=0
for i in 1 2 3; do
	send anna@ours.test "carl$i@customer.test" || not_sent=$((not_sent + 1))
	like "refused for now" "$reply" '^4'
done
is "three messages stay with their senders" $not_sent 3
is "nothing bounces" "$(grep -c status=bounced "$dir/postfix.log")" 0

repgate_start
accepted() {
	send anna@ours.test "carl$1@customer.test"
}
for i in 1 2 3; do
	ok "the sender tries again" wait_until accepted $i
done
arrived direct 23
is "23 recipients" "$(recipients_served | sort -u | wc -l)" 23

done_testing
