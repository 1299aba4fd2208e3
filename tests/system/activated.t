#!/bin/bash
# The sockets of the map and of control are held by another process, as systemd
# does it. repgate is killed, restarted and replaced by another binary while 300
# messages come in and leave: no client sees a 4xx, nothing is put off, lost or
# sent twice, and nothing leaves directly, since each question waits for its
# answer.
# shellcheck disable=SC2317 # called by name
. "$(dirname "$0")/../sandbox.sh"

deadline=40

# Of the daemon that the activator started last.
daemon_pid() {
	grep -E '^[0-9]+$' "$dir/repgated.log" | tail -n 1
}

install_binary() {
	cp "$repgated" "$dir/bin/repgated.new"
	mv "$dir/bin/repgated.new" "$dir/bin/repgated"
}

activate() {
	write_conf
	start_server repgated "$root/build/tools/activator" \
	    "map=$dir/gate/map.sock" "control=$dir/gate/control.sock" -- \
	    "$dir/bin/repgated" --foreground --config "$dir/repgate.conf"
	wait_until has_started 0
}

passed() { # COUNT
	[ "$(count_messages smarthost)" -ge "$1" ]
}

# again COMMAND...: the command ends the daemon, another comes up.
again() {
	local before
	before=$(starts)
	"$@"
	wait_until has_started "$before"
}

end_daemon() { # SIGNAL
	kill -"$1" "$(daemon_pid)"
}

upgrade() {
	install_binary
	end_daemon TERM
}

ask_map
sandbox_start
mkdir "$dir/bin"
install_binary
list_address 203.0.113.5
activate
wait_for_log 'standing: egress=main .*to=listed'
sockets=$(stat -c %i "$dir/gate/map.sock" "$dir/gate/control.sock")

send_many 10 300 &
sender=$!
wait_until passed 20
again end_daemon KILL
wait_until passed 100
again end_daemon TERM
wait_until passed 180
was=$(stat -c %i "/proc/$(daemon_pid)/exe" -L)
again upgrade
# A script stands for it where it is watched.
[ "$slowness" != 1 ] || ok "another binary serves" \
    test "$was" != "$(stat -c %i "/proc/$(daemon_pid)/exe" -L)"
ok "all 300 are accepted" wait $sender
arrived smarthost 300
arrived direct 0
is "300 recipients" "$(recipients_served | sort -u | wc -l)" 300
is "no client saw a 4xx, and nothing was put off" \
    "$(grep -cE 'NOQUEUE|: 4[0-9][0-9] |status=deferred' \
	"$dir/postfix.log")" 0
is "four daemons served" "$(starts)" 4
is "one line told of the listing" "$(log_count ' standing: ')" 1
is "the sockets are those of the beginning" \
    "$(stat -c %i "$dir/gate/map.sock" "$dir/gate/control.sock")" "$sockets"
like "the control socket answers" "$(repgate status)" 'listed'

# Waiting for nobody: the questions wait where the sockets are held.
kill -STOP "$(daemon_pid)"
ask sender anna@ours.test >"$dir/said" &
asker=$!
again end_daemon KILL
ok "a question from before the start is answered after it" wait $asker
is "with the answer of ever" "$(cat "$dir/said")" \
    "smtp:[127.0.0.1]:$smarthost_port"

done_testing
