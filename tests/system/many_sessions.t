#!/bin/bash
# 200 sessions at once: every message is moved and has its one log line.
. "$(dirname "$0")/../sandbox.sh"

deadline=60
sandbox_start
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed'

ok "600 messages are accepted" send_many 200 600
arrived smarthost 600
arrived direct 0
is "600 recipients" "$(recipients_served | sort -u | wc -l)" 600
is "600 lines with a queue id each" \
    "$(grep -oE ' gate: qid=[^ ]+' "$dir/repgated.log" | sort -u | wc -l)" 600

done_testing
