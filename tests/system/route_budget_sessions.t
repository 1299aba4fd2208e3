#!/bin/bash
# Twenty sessions at once, and a budget that runs out in the middle of them:
# the route gets exactly as many as it may, and the rest is held.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
conf routes "( { name = \"smarthost\"; per_hour = 120; per_day = 500;
    nexthop = \"smtp:[127.0.0.1]:$smarthost_port\"; } )"
conf policy '( { name = "all"; then = "reroute"; via = [ "smarthost" ];
  otherwise = "hold"; } )'
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed .*action=reroute via=smarthost'

ok "200 are accepted" send_many 20 200
arrived smarthost 120
is "the rest is held" "$(count_messages held)" 80
is "none went directly" "$(count_messages direct)" 0
wait_for_log 'route: name=smarthost state=unusable cause="its budget of 120 messages an hour'
like "what is left of the day" "$(repgate status)" '0 of 120 per_hour, 380 of 500 per_day'
like "explain tells" \
    "$(repgate explain --from anna@ours.test --to x@customer.test)" \
    'smarthost: passed over: its budget of 120 messages'

done_testing
