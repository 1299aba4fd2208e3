#!/bin/bash
# Started by root, repgated makes its sockets where only root may, and goes on
# as its own user, which can do nothing else. Postfix reaches it from its chroot
# and from outside.
# shellcheck disable=SC2317 # called by name
. "$(dirname "$0")/../sandbox.sh"

# It may not be traced, and LeakSanitizer would trace it.
export ASAN_OPTIONS=detect_leaks=0

user=nobody
group=$(id -gn $user)
main_cf+=('smtpd_milters = unix:repgate/milter.sock')

status_of() { # FIELD
	sed -n "s/^$1:[[:space:]]*//p" "/proc/${pids[repgated]}/status" | xargs
}

mode_of() { # SOCKET
	stat -c '%a %U:%G' "$dir/queue/repgate/$1"
}

smtpds() {
	pgrep -P "$(xargs <"$dir/queue/pid/master.pid")" smtpd
}

no_smtpd() {
	[ -z "$(smtpds)" ]
}

# Those that serve already would take one more client.
chroot_smtpd() { # y|n
	local old
	old=$(smtpds)
	postconf -c "$dir/postfix" -F "127.0.0.1:$smtp_port/inet/chroot=$1"
	touch -d '1 minute ago' "$dir"/postfix/*
	postfix -c "$dir/postfix" reload 2>/dev/null
	# shellcheck disable=SC2086 # they are words
	kill $old 2>/dev/null
	wait_until no_smtpd
}

is_chrooted() {
	local pid
	for pid in $(smtpds); do
		[ "$(readlink "/proc/$pid/root")" != "$dir/queue" ] || return 0
	done
	return 1
}

says_reload() {
	said=$(repgate reload 2>&1)
}

sandbox_start
# As on a real system, in the queue directory; and not the user's to write.
rmdir "$dir/gate"
install -d -g postfix -m 2750 "$dir/queue/repgate"
ln -s queue/repgate "$dir/gate"
conf map "{ socket = \"unix:$dir/gate/map.sock\"; }"
write_conf() {
	local key
	for key in "${!conf[@]}"; do
		echo "$key = ${conf[$key]};"
	done >"$dir/repgate.conf"
	chgrp "$group" "$dir/repgate.conf"
	chmod 640 "$dir/repgate.conf"
}
install -d -o $user -m 750 "$dir/state"
conf store "\"$dir/state/state.db\""
list_address 203.0.113.5
write_conf
start_server repgated "$repgated" --foreground --user $user \
    --config "$dir/repgate.conf"
wait_until has_started
wait_for_log 'standing: egress=main .*to=listed'

id=$(id -u $user)
gid=$(id -g $user)
is "its user, with no way back" "$(status_of Uid)" "$id $id $id $id"
is "its group" "$(status_of Gid)" "$gid $gid $gid $gid"
is "the user's groups and no other" "$(status_of Groups)" \
    "$(id -G $user | tr ' ' '\n' | sort -n | xargs)"
for set in CapInh CapPrm CapEff CapBnd CapAmb; do
	is "no capability in $set" "$(status_of $set)" 0000000000000000
done
is "none to be had" "$(status_of NoNewPrivs)" 1
# The kernel gives /proc of one that cannot be dumped to root.
is "no core dump" "$(stat -c %U "/proc/${pids[repgated]}/mem")" root
is "all threads are like that" "$(grep -hE '^(Uid|CapEff|CapBnd|NoNewPrivs):' \
    /proc/"${pids[repgated]}"/task/*/status | sort -u | wc -l)" 4
is "the milter's socket is Postfix's" "$(mode_of milter.sock)" \
    '660 root:postfix'
is "the store is the user's" "$(stat -c '%a %U' "$dir/state/state.db")" \
    "600 $user"
is "and that of the map" "$(mode_of map.sock)" '660 root:postfix'

ok "a message is accepted" send anna@ours.test bob@customer.test
ok "by an smtpd without chroot" not is_chrooted
arrived smarthost 1
chroot_smtpd y
ok "another is accepted" send anna@ours.test bob@customer.test
ok "by one in a chroot" is_chrooted
arrived smarthost 2

conf policy '( { name = "all"; then = "defer"; } )'
write_conf
ok "a reload" says_reload
ok "is taken over" not send anna@ours.test bob@customer.test
chmod 600 "$dir/repgate.conf"
ok "a file that the user cannot read" not says_reload
like "is named" "$said" 'repgate.conf.*(Permission denied|cannot be read)'
ok "and changes nothing" not send anna@ours.test bob@customer.test
repgate_stop

said=$("$repgated" --user $user --check-config --config "$dir/repgate.conf")
is "which shows before the start" $? 1
said=$("$repgated" --user no-such-user --check-config 2>&1)
is "a user that is not there" $? 1
like "is named as well" "$said" 'there is no user no-such-user'
said=$(setpriv --reuid=$user --clear-groups "$repgated" --user root \
    --check-config 2>&1)
is "none becomes another" $? 1
like "but root" "$said" 'only root can become user root'

done_testing
