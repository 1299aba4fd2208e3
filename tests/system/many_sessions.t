#!/bin/bash
# 200 sessions at once: every message is moved and has its one log line.
. "$(dirname "$0")/../sandbox.sh"

deadline=60
sandbox_start
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed'

ok "200 clients are in the middle of a message" begin_messages 200
like "repgated serves all of them" "$(repgate status --json)" \
    '"open_sessions": 200[^0-9]'
ok "200 messages are accepted" end_messages
ok "600 more from 200 clients are" send_many 200 600
arrived smarthost 800
arrived direct 0
is "800 recipients" "$(recipients_served | sort -u | wc -l)" 800
ok "800 lines" gated 800
is "of 800 messages" \
    "$(grep -oE ' gate: qid=[^ ]+' "$dir/repgated.log" | sort -u | wc -l)" 800

done_testing
