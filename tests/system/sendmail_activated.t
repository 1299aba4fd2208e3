#!/bin/bash
# Sendmail, with the map's socket held by another process, as systemd does it:
# repgate is killed and restarted while 300 messages come in. Each is accepted,
# none goes past the rules, and none is sent twice. (While nobody comes back, it
# is as if repgate hung: sendmail_facts.t.)
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../sendmail.sh"

# Of the daemon that the activator started last.
daemon_pid() {
	grep -E '^[0-9]+$' "$dir/repgated.log" | tail -n 1
}
passed() { # COUNT
	[ "$(count_messages smarthost)" -ge "$1" ]
}
again() { # SIGNAL
	local before
	before=$(starts)
	kill -"$1" "$(daemon_pid)"
	wait_until has_started "$before"
}

deadline=40
sendmail_sandbox_start
list_address 203.0.113.5
write_conf
start_server repgated "$root/build/tools/activator" \
    "map=$dir/gate/map.sock" "control=$dir/gate/control.sock" -- \
    "$repgated" --foreground --config "$dir/repgate.conf"
wait_until has_started 0
write_cf
sendmail_start
wait_for_log 'standing: egress=main .*to=listed'

send_many 5 300 &
sender=$!
wait_until passed 20
again KILL
wait_until passed 100
again TERM
wait_until passed 180
again KILL
ok "all 300 are accepted" wait $sender
arrived smarthost 300
arrived direct 0
is "300 recipients" "$(recipients_served | sort -u | wc -l)" 300
is "none of them twice" "$(recipients_served | sort | uniq -d)" ""
is "four daemons served" "$(starts)" 4

done_testing
