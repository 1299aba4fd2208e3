#!/bin/bash
# The log alone tells that a receiver blocks us: the daemon follows it through
# rotations by name and by cutting it short, and through its own restart, and
# counts each message once. Deliveries end the block.
. "$(dirname "$0")/../sandbox.sh"

deadline=30
log() {
	echo "$dir/postfix.log"
}

blocking_mx_start() {
	start_server mx smtp-sink -u nobody -f RCPT \
	    -B '550 5.7.1 Client host [203.0.113.5] is on our block list' \
	    "127.0.0.1:$mx_port" 1000
	wait_until listening "$mx_port" || give_up "the mx does not start"
}

# bounced COUNT: so many messages in all logs.
bounced() {
	[ "$(cat "$(log)"* | grep -c 'status=bounced (host')" -ge "$1" ]
}

sent=0
send_blocked() { # COUNT
	local n
	for ((n = 0; n < $1; n++)); do
		send anna@local.test bob@customer.test || return
		sent=$((sent + 1))
	done
	wait_until bounced "$sent"
}

rotate() { # NUMBER
	mv "$(log)" "$(log).$1"
	postfix -c "$dir/postfix" reload 2>/dev/null
	wait_until [ -s "$(log)" ]
}

in_status() { # KEY
	repgate status --json 2>/dev/null | perl -MJSON::PP -e '
		my $log = decode_json(join("", <STDIN>) || "{}")->{maillogs}[0];
		print $log->{$ARGV[0]} // "-"' "$1"
}

counts() { # NUMBER
	[ "$(in_status counted)" = "$1" ]
}

counted() { # NUMBER
	wait_until counts "$1"
	is "$1 attempts are counted" "$(in_status counted)" "$1"
}

sandbox_start
cp "$root/conf/receivers.conf" "$dir"
echo '@include "receivers.conf"' >>"$dir/providers.conf"
conf mode '"monitor"'
conf store "\"$dir/state.db\""
conf maillog "( { file = \"$(log)\"; } )"
conf receivers '{ block_after = 3; clear_after = 2; }'
ok "a message is delivered before anybody looks" \
    send anna@local.test bob@customer.test
wait_until grep -q 'status=sent' "$(log)"
stop_server mx
blocking_mx_start
repgate_start
wait_until [ "$(in_status lines)" != - ]
is "the log can be read" "$(in_status problem)" -

ok "two are refused" send_blocked 2
counted 2
log_lacks ' receiver: '
rotate 1
ok "one is refused after a rotation" send_blocked 1
counted 3
wait_for_log 'receiver: name=127.0.0.1 egress=main .*state=blocked'
ok "one more" send_blocked 1
cp "$(log)" "$(log).2"
: >"$(log)"
ok "and one after the log was cut short" send_blocked 1
counted 5

repgate_stop
ok "two are refused while the daemon is down" send_blocked 2
rotate 3
ok "one is, after another rotation" send_blocked 1
repgate_start
counted 3
ok "one more" send_blocked 1
counted 4
repgate_kill
ok "one is refused while it is dead" send_blocked 1
repgate_start
counted 1
ok "and two more" send_blocked 2
counted 3
is "nothing was lost" "$(in_status gaps)" 0
ok "status has it" grep -q "^$(log) " <(repgate status)

stop_server mx
sink_start mx "$mx_port"
ok "the receiver takes mail again" send anna@local.test bob@customer.test
ok "and more" send anna@local.test bob@customer.test
counted 5
wait_for_log 'receiver: name=127.0.0.1 egress=main .*state=open'

repgate_stop
rm "$(log)"*
repgate_start
wait_for_log 'warning: maillog: .*postfix.log: No such file'

done_testing
