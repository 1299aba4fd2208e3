#!/bin/bash
# More clients than there are file descriptors. Those of the milter leave a
# quarter of them to the map and the resolver: who comes too late is not judged
# and does not wait, mail takes the way that the map says, and afterwards all is
# as ever.
. "$(dirname "$0")/../sandbox.sh"

judged_more_than() { # COUNT
	[ "$(log_count ' gate: qid=')" -gt "$1" ]
}

# What it has of its own is some thirty.
repgated_wrap=(prlimit --nofile=64:64)
ask_map
sandbox_start
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed'

SECONDS=0
ok "60 messages are begun at a time" begin_messages 60
ok "none of them waits until Postfix gives up" test $SECONDS -lt 25
log_has 'warning: file descriptors run short'
ok "all are accepted" end_messages
arrived smarthost 60
arrived direct 0
like "some were not judged, some were" "$(log_count ' gate: qid=')" \
    '^([1-9]|[1-4][0-9])$'
judged=$(log_count ' gate: qid=')
ok "another is accepted" send anna@ours.test dora@customer.test
ok "and judged" wait_until judged_more_than "$judged"
is "nobody was told to come again" \
    "$(grep -cE 'NOQUEUE|: 4[0-9][0-9] ' "$dir/postfix.log")" 0
log_lacks 'no server could be reached'

done_testing
