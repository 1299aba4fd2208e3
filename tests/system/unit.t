#!/bin/bash
# The systemd unit: it is well formed, systemd finds little exposed, and repgated
# does all its work behind what the unit lets it have: the system calls, no
# capability, a file system that it can write in one place only.
# shellcheck disable=SC2016,SC2317 # the $ is for others, and called by name
. "$(dirname "$0")/../sandbox.sh"

unit=$root/contrib/systemd/repgated.service
jail=$root/build/tools/jail
user=nobody

command -v systemd-analyze >/dev/null || skip_all "systemd is missing"

settings() { # KEY
	sed -n "s/^$1=//p" "$unit"
}

# calls_of NAME...: a set with all that it names, down to the calls.
calls_of() {
	local name
	for name; do
		if [[ $name == @* ]]; then
			# shellcheck disable=SC2046 # names are words
			calls_of $(systemd-analyze syscall-filter "$name" |
			    grep -vE '^ *#' | tail -n +2)
		else
			echo "$name"
		fi
	done
}

# Each line adds to what may be called, or with ~ takes away.
allowed_calls() {
	local line
	: >"$dir/calls"
	while read -r line; do
		# shellcheck disable=SC2086 # names are words
		calls_of ${line#\~} | sort -u >"$dir/these"
		if [[ $line == \~* ]]; then
			comm -23 "$dir/calls" "$dir/these"
		else
			sort -u "$dir/calls" "$dir/these"
		fi >"$dir/calls.new"
		mv "$dir/calls.new" "$dir/calls"
	done < <(settings SystemCallFilter)
}

jailed() {
	"$jail" "$dir/calls" "$@" 2>/dev/null
}

exposed_at_most() { # TENTHS
	systemd-analyze security --offline=yes --threshold="$1" --no-pager \
	    "$unit" >"$dir/exposed"
}

tells_status() {
	repgate status --json >"$dir/status"
}

# confined COMMAND...: as ProtectSystem=strict, User and the rest have it. Only
# where the sockets are can it write.
confined() {
	exec unshare --mount sh -c 'mount --bind "$0" "$0" &&
	    mount --bind "$0/gate" "$0/gate" &&
	    mount -o remount,bind,ro "$0" && mount -o remount,bind,ro / &&
	    exec "$@"' "$dir" setpriv --reuid="$user" --regid="$(id -g "$user")" \
	    --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs \
	    "$jail" "$dir/calls" "$@"
}

ask_map
sandbox_start
# Others may not look into where this is built.
cp "$repgated" "$jail" "$dir"
repgated=$dir/repgated
jail=$dir/jail
allowed_calls
sed "s|/usr/local/sbin/repgated|$repgated|" "$unit" >"$dir/repgated.service"
said=$(systemd-analyze verify --man=no "$dir/repgated.service" 2>&1 |
    grep repgated.service)
is "systemd has nothing to say of the unit" "$said" ""
ok "and finds at most 1.5 of 10 exposed" exposed_at_most 15
is "the filter is that of the unit" "$(settings SystemCallErrorNumber)" EPERM
if command -v apparmor_parser >/dev/null; then
	ok "the AppArmor profile is well formed" apparmor_parser -QK \
	    "$root/contrib/apparmor/usr.sbin.repgated"
fi
ok "true runs in the jail" jailed true
ok "and a call that is not allowed fails there" \
    not jailed chroot / true
ok "and a family of sockets" not jailed perl -MSocket -e \
    'socket(my $s, 17, SOCK_RAW, 0) or exit 1'

chown $user "$dir/gate"
conf on_clear "[ \"/bin/sh\", \"-c\",
    \"touch $dir/gate/nudged; touch $dir/elsewhere\" ]"
write_conf
list_address 203.0.113.5
start_server repgated confined "$repgated" --foreground \
    --config "$dir/repgate.conf"
wait_until has_started
wait_for_log 'standing: egress=main .*to=listed'
is "a filter is in force" \
    "$(sed -n 's/^Seccomp:\t//p' "/proc/${pids[repgated]}/status")" 2

ok "100 messages are accepted" send_many 10 100
arrived smarthost 100
is "the map answers" "$(ask sender anna@ours.test)" \
    "smtp:[127.0.0.1]:$smarthost_port"
ok "it reloads" repgate reload
ok "it tells its status" tells_status
delist_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=clean'
wait_for_log 'on_clear: .*sh ended with status 1'
ok "what it runs may write beside the sockets" test -e "$dir/gate/nudged"
ok "and nowhere else" not test -e "$dir/elsewhere"
ok "a message is accepted" send anna@ours.test bob@customer.test
arrived direct 1
log_lacks 'Operation not permitted'

done_testing
