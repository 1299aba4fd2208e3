#!/bin/bash
# As receiver_block.t, with repgate killed again and again while the receiver
# begins to refuse and the mail is moved. Its sockets are held as systemd holds
# them. None of 300 messages is returned, each arrives once, and the daemon that
# comes up knows who blocks us.
# shellcheck disable=SC2317 # called by name
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../world.sh"

deadline=60
delivered() {
	{ messages outlook; messages smarthost; } | wc -l
}
at_least() { # COUNT
	[ "$(delivered)" -ge "$1" ]
}
# Of the daemon that the activator started last.
daemon_pid() {
	grep -E '^[0-9]+$' "$dir/repgated.log" | tail -n 1
}
again() {
	local before
	before=$(starts)
	kill -KILL "$(daemon_pid)"
	wait_until has_started "$before"
}

world_open
ask_map
tell_replies
sandbox_start
microsoft_start
write_conf
start_server repgated "$root/build/tools/activator" \
    "map=$dir/gate/map.sock" "control=$dir/gate/control.sock" -- \
    "$repgated" --foreground --config "$dir/repgate.conf"
wait_until has_started 0 || give_up "repgated does not start"
wait_for_log 'standing: egress=main .*to=clean'

smtp-source -s 5 -m 300 -N -f anna@local.test -t bob@baker.test \
    "127.0.0.1:$smtp_port" &
source=$!
ok "some arrive" wait_until at_least 50
again
script outlook "rcpt $microsoft_block"
again
wait_for_log 'receiver: name="Microsoft 365" egress=main state=blocked from=open '
again
like "who blocks us is known after a kill" "$(repgate status)" \
    'Microsoft 365 +main +blocked'
ok "all are accepted" wait $source
ok "some leave by the smarthost" wait_until message_at smarthost
again
ok "the queue empties" wait_until is_flushed
is "all 300 arrived, while the receiver still blocks" "$(delivered)" 300
is "each once" "$({ messages outlook; messages smarthost; } |
    xargs grep -ha '^X-Rcpt-Args:' | sort -u | wc -l)" 300
is "none was returned" "$(grep -c 'status=bounced' "$dir/postfix.log")" 0
is "nobody got a bounce" "$(count_messages local)" 0
is "five daemons served" "$(starts)" 5
is "one line told of the block" "$(log_count ' receiver: ')" 1

done_testing
