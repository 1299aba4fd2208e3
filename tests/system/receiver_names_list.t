#!/bin/bash
# A receiver that refuses us because of a list is believed no more than any
# other, but the list is asked at once: not in an hour, when it was due. And
# status tells which receiver acts on which list.
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../world.sh"

world_open
ask_map
tell_replies
sandbox_start
world <<'END'
small.test MX mx 60 10 mx.small.test
mx.small.test A a 60 127.0.0.20
END
refusing_start small 127.0.0.20
conf dns "{ servers = [ \"127.0.0.1:$dns_port\" ]; check_every = \"1h\";
    check_min = \"1s\"; }"
repgate_start
wait_for_log 'standing: egress=main .*to=clean'

list_address 203.0.113.5
script small 'rcpt 554 5.7.1 Service unavailable; Client host [203.0.113.99] blocked using bl.test'
ok "a message is accepted" send anna@local.test bob@small.test
ok "it is refused because of another's address" wait_until grep -q \
    'to=<bob@small.test>.*status=bounced' "$dir/postfix.log"
script small 'rcpt 554 5.7.1 Service unavailable; Client host [203.0.113.5] blocked using bl.test; see https://bl.test/?ip=203.0.113.5'
log_lacks 'to=listed'
ok "and another" send anna@local.test carl@small.test
wait_for_log 'answer: egress=main address=203.0.113.5 list=bl .*result=LISTED'
wait_for_log 'standing: egress=main .*to=listed'
# Postfix keeps its answer for the last address; this is another.
ok "one more message" send anna@local.test dora@small.test
arrived smarthost 2 '^X-Rcpt-Args: <(carl|dora)@small.test>'
like "status tells what it acts on" "$(repgate status)" \
    'small.test +main +(open|blocked) .* bl.test'

done_testing
