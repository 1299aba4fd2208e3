#!/bin/bash
# Sendmail: while repgate is down mail goes directly, past the milter and past
# the map, and also in a queue run. When it is back, Sendmail asks it again.
# Without -o at the map, mail is taken in and kept until then.
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../sendmail.sh"

sendmail_sandbox_start
list_address 203.0.113.5
gated_start
wait_for_log 'standing: egress=main .*to=listed'
ok "a message" send anna@ours.test bob@customer.test
arrived smarthost 1

repgate_kill
ok "one while repgate is dead" send anna@ours.test 1bob@customer.test
arrived direct 1
stop_server mx
ok "one more" send anna@ours.test 2bob@customer.test
ok "which the customer does not take" wait_until is_refused
sink_start mx "$mx_port"
queue_run
arrived direct 2

repgate_start
ok "one when it is back" send anna@ours.test 3bob@customer.test
arrived smarthost 2

repgate_kill
sendmail_stop
sed -i 's/^Kdelivery socket -f -o/Kdelivery socket -f/' "$dir/sendmail.cf"
sendmail_start
ok "without -o, one is taken in" send anna@ours.test 4bob@customer.test
queue_run
like "and kept" "$(mail_queue)" '4bob@customer.test'
arrived_nowhere=$(messages direct 4bob; messages smarthost 4bob)
is "and sent nowhere" "$arrived_nowhere" ''
repgate_start
queue_run
arrived smarthost 3
arrived direct 2

done_testing
