#!/bin/bash
# Sendmail: mail sits in the queue when the listing appears. At the next queue
# run it leaves by the smarthost; none goes directly any more, although the
# customer's server is back, and none is sent twice.
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../sendmail.sh"

deadline=40
queue_every=1h
sendmail_sandbox_start
repgate_start
write_cf
sendmail_start
wait_for_log 'standing: egress=main .*to=clean'

stop_server mx
ok "30 messages are accepted" send_many 3 30
all_deferred() {
	[ "$(mail_queue | grep -c 'Deferred: Connection refused')" = 30 ]
}
ok "none can be delivered" wait_until all_deferred

list_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=listed'
sink_start mx "$mx_port"
queue_run
arrived smarthost 30
arrived direct 0
is "30 recipients" "$(recipients_served | sort -u | wc -l)" 30
log_has ' gate: door=delivery action=reroute via=smarthost '

done_testing
