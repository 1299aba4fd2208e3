#!/bin/bash
# Messages that were begun before repgate was told to stop: libmilter serves
# none any more, so they go by milter_default_action, and without delay.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed'

ok "5 clients are in the middle of a message" begin_messages 5
kill -TERM "${pids[repgated]}"
wait_for_log 'repgated: stopping'
before=$SECONDS
ok "5 messages are accepted" end_messages
ok "soon" test $((SECONDS - before)) -le 4
wait_until queue_is_empty
is "5 recipients" "$(recipients_served | sort -u | wc -l)" 5
is "none of them twice" "$(recipients_served | sort | uniq -d)" ""

done_testing
