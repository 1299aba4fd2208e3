#!/bin/bash
# What repgate holds it can let go, and nothing else: not what an administrator
# put on hold. It remembers over a restart, and a message that was let go by
# hand is in nobody's way.
. "$(dirname "$0")/../sandbox.sh"

held() {
	repgate held --mta-config "$dir/postfix" "$@"
}
# The queue ids that repgate says it holds, with what it says of "cleared".
listed() {
	repgate held --json | perl -MJSON::PP -0777 -ne '
		print join " ", map { "$_->{sender}:$_->{cleared}" }
		    sort { $a->{sender} cmp $b->{sender} }
		    @{decode_json($_)->{held}}'
}
qid_of() { # SENDER
	postqueue -c "$dir/postfix" -p | grep -F "$1" | grep -o '^[0-9A-Za-z]*'
}

sandbox_start
conf policy '( { name = "stop"; senders = [ "@ours.test" ]; then = "hold"; },
    { name = "rest"; then = "pass"; } )'
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed'
is "nothing yet" "$(repgate held)" 'repgate holds no message'

for name in anna bert carl; do
	ok "a message from $name" send $name@ours.test bob@customer.test
done
arrived held 3
stop_server mx
ok "one that passes" send eve@else.test bob@customer.test
wait_until grep -q 'status=deferred' "$dir/postfix.log"
postsuper -c "$dir/postfix" -h "$(qid_of eve@else.test)" 2>/dev/null
sink_start mx "$mx_port"
arrived held 4
is "repgate knows its own" "$(listed)" \
    'anna@ours.test:0 bert@ours.test:0 carl@ours.test:0'
like "and why" "$(repgate held)" \
    'main +<anna@ours.test> +no +repgate: 203.0.113.5 is blocked by Example BL'

repgate_kill
repgate_start
is "also after a crash" "$(listed | wc -w)" 3

ok "one is let go" held --release "$(qid_of anna@ours.test)"
arrived direct 1 '^X-Mail-Args: <anna@ours.test>'
is "and forgotten" "$(listed)" 'bert@ours.test:0 carl@ours.test:0'
ok "not what somebody else holds" \
    not held --release "$(qid_of eve@else.test)" 2>/dev/null
is "nothing is cleared" "$(held --release --cleared)" '0 released'
arrived held 3

postsuper -c "$dir/postfix" -H "$(qid_of bert@ours.test)" 2>/dev/null
arrived direct 1 '^X-Mail-Args: <bert@ours.test>'
delist_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=clean'
is "now it is" "$(listed)" 'bert@ours.test:1 carl@ours.test:1'
is "so they go" "$(held --release --cleared)" '2 released'
arrived direct 1 '^X-Mail-Args: <carl@ours.test>'
arrived direct 3
arrived held 1
is "all is forgotten" "$(repgate held)" 'repgate holds no message'
ok "no queue id without --release" not repgate held ALL 2>/dev/null

done_testing
