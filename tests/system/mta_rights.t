#!/bin/bash
# "repgate mta postfix --check" tells what the user of repgated lacks to follow
# a mail log and to use postqueue, and the command that mends it.
# shellcheck disable=SC2317 # called by name
. "$(dirname "$0")/../sandbox.sh"

check() {
	status=0
	repgate mta postfix --check --mta-config "$dir/postfix" >"$dir/out" \
	    2>"$dir/err" || status=$?
	log=$(grep maillog "$dir/out")
	queue=$(grep postqueue "$dir/out")
}
# The daemon with these groups, whatever /etc/group says.
start_as() { # OPTION...
	repgated_wrap=(setpriv --reuid=nobody --regid=nogroup "$@")
	repgate_start
}
log_is() { # OWNER:GROUP MODE
	chown "$1" "$dir/mail.log"
	chmod "$2" "$dir/mail.log"
	check
}
# As repgated runs it.
run_postqueue() { # OPTION...
	setpriv --reuid=nobody --regid=nogroup --no-new-privs "$@" \
	    postqueue -c "$dir/postfix" -f 2>"$dir/err"
}

sandbox_start
conf store "\"$dir/gate/state.db\""
chown nobody "$dir/gate"
: >"$dir/mail.log"
readable="maillog $dir/mail.log, readable for"
usable="postqueue, usable for"
restart='systemctl restart repgated'

start_as --clear-groups
check
is "nothing is said of what is not wanted" "$status $log$queue" "0 "
conf on_clear '"/usr/bin/true -f"'
write_conf
check
is "nor of another command" "$status $log$queue" "0 "

conf maillog "( { file = \"$dir/mail.log\"; },
    { file = \"$dir/mail.log\"; syslog_name = \"postfix-news\"; } )"
conf on_block '"/usr/sbin/postqueue -i {qid}"'
write_conf
log_is root:adm 640
is "a log of a group" "$status $log" \
    "1 MISSING  $readable user nobody: adduser nobody adm; $restart"
is "postqueue" "$queue" \
    "MISSING  $usable user nobody: adduser nobody postdrop; $restart"
ok "which does not work" not run_postqueue --clear-groups
log_is root:root 640
is "the group of root is nobody's" "$log" \
    "MISSING  $readable user nobody: Permission denied"
log_is root:adm 600
is "and what its group may not read is not mended by it" "$log" \
    "MISSING  $readable user nobody: Permission denied"
log_is root:nogroup 640
is "its own group" "$log" "ok       $readable user nobody"
log_is root:adm 644
is "everybody" "$log" "ok       $readable user nobody"
mv "$dir/mail.log" "$dir/away.log"
check
is "no log" "$log" "MISSING  $readable user nobody: No such file or directory"
mkdir -m 700 "$dir/closed"
mv "$dir/away.log" "$dir/closed/mail.log"
ln -s closed/mail.log "$dir/mail.log"
check
is "a directory above" "$log" \
    "MISSING  $readable user nobody: Permission denied"
rm "$dir/mail.log"
mv "$dir/closed/mail.log" "$dir/mail.log"
repgate_kill

start_as --groups=adm,postdrop
log_is root:adm 640
is "with these groups" "$status $log" "0 ok       $readable user nobody"
is "both" "$queue" "ok       $usable user nobody"
ok "and postqueue works" run_postqueue --groups=postdrop
saved_repgate=$repgate
as_nobody() {
	setpriv --reuid=nobody --clear-groups "$saved_repgate" "$@"
}
repgate=as_nobody
check
is "only root can tell" "$status $log" \
    "0 unknown  $readable user nobody: ask as root"
repgate=$saved_repgate
repgate_kill

# A stale socket, and nobody there.
check
if getent passwd repgate >/dev/null; then
	like "without a daemon: the package's user" "$log" "$readable user repgate"
else
	is "without a daemon, and without the package" "$status $log" \
	    "0 unknown  $readable repgated: none answers, and there is no user repgate"
fi

repgated_wrap=()
repgate_start
check
is "root reads all" "$log" "ok       $readable user root"
is "and runs postqueue as nobody" "$queue" \
    "MISSING  $usable nobody, as whom root's repgated runs it: start repgated with --user"
done_testing
