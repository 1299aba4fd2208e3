#!/bin/bash
# Sendmail: 1,000 messages sit in the queue when the listing appears. In the
# queue runs after that each leaves by the smarthost; none goes directly any
# more, although the customer's server is back, and none is sent twice, although
# several runs go through the queue at the same time.
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../sendmail.sh"

all_deferred() {
	[ "$(mail_queue | grep -c 'Deferred: Connection refused')" = 1000 ]
}
# One run alone takes a minute, 40 ms of it for each message: Nagle's
# algorithm against a receiver that delays its acknowledgement.
queue_runs() { # COUNT
	local i runs=()
	for ((i = 0; i < $1; i++)); do
		queue_run &
		runs+=($!)
	done
	wait "${runs[@]}"
}

deadline=80
queue_every=1h
sendmail_sandbox_start
gated_start
wait_for_log 'standing: egress=main .*to=clean'

stop_server mx
ok "1,000 messages are accepted" send_many 5 1000
ok "none can be delivered" wait_until all_deferred

list_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=listed'
sink_start mx "$mx_port"
queue_runs 8
arrived smarthost 1000
arrived direct 0
is "1,000 recipients" "$(recipients_served | sort -u | wc -l)" 1000
is "none of them twice" "$(recipients_served | sort | uniq -d)" ""
log_has ' gate: door=delivery action=reroute via=smarthost '

done_testing
