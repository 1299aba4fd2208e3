#!/bin/bash
# repgate dies in the middle of 500 messages. Postfix goes on by its
# milter_default_action=accept, and each message arrives exactly once.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed'

send_many 10 500 &
sender=$!
wait_until gated 100
repgate_kill
ok "all 500 are accepted" wait $sender

wait_until queue_is_empty
is "500 recipients" "$(recipients_served | sort -u | wc -l)" 500
is "none of them twice" "$(recipients_served | sort | uniq -d)" ""
ok "some went by the smarthost" test "$(count_messages smarthost)" -ge 100
ok "some went directly" test "$(count_messages direct)" -gt 0

repgate_start
ok "it starts again over its old socket" send anna@ours.test carl@customer.test
arrived smarthost 1 '^X-Rcpt-Args: <carl@customer.test>'

done_testing
