#!/bin/bash
# 1,000 messages sit in the queue when the listing appears. Each leaves by the
# smarthost, without a reload of Postfix; none goes directly any more, although
# the customer's server is back, and none is sent twice.
. "$(dirname "$0")/../sandbox.sh"

deadline=80
ask_map
sandbox_start
repgate_start
wait_for_log 'standing: egress=main .*to=clean'

stop_server mx
ok "1,000 messages are accepted" send_many 20 1000
wait_until grep -q 'status=deferred' "$dir/postfix.log"
is "none has left" "$(recipients_served | wc -l)" 0

list_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=listed'
# Postfix keeps its answer for the last address; it has asked for others now.
wait_until message_at smarthost
sink_start mx "$mx_port"
arrived smarthost 1000
arrived direct 0
is "1,000 recipients" "$(recipients_served | sort -u | wc -l)" 1000
is "none of them twice" "$(recipients_served | sort | uniq -d)" ""
is "all by the answer of the map" \
    "$(grep -c 'status=bounced' "$dir/postfix.log")" 0
log_has ' gate: door=(sender|recipient) action=reroute via=smarthost '

done_testing
