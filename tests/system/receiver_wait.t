#!/bin/bash
# Mail that waits because its receiver blocks us leaves once that takes mail
# again, although the next queue run is far away, and no list ever had a word in
# it.
# shellcheck disable=SC2317 # called by name
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../world.sh"

deadline=40
deferred() { # ADDRESS REASON
	grep -q "to=<$1>.*status=deferred ($2" "$dir/postfix.log"
}

world_open
ask_map
tell_replies
follow_log
main_cf+=('defer_transports = egress-wait' 'minimal_backoff_time = 1000s'
	'maximal_backoff_time = 1000s' 'queue_run_delay = 1000s')
sandbox_start
microsoft_start \
    'mason.test MX mx 60 10 mason-test.mail.protection.outlook.com'
script outlook "rcpt $microsoft_block"
conf maillog "( { file = \"$dir/postfix.log\"; } )"
conf on_clear '"/usr/sbin/postqueue -f"'
conf receivers '{ block_after = 1; clear_after = 1; }'
conf policy '( { name = "patience"; recipients = [ "mason.test" ];
    then = "wait"; } )'
repgate_start
wait_for_log 'standing: egress=main .*to=clean'
wait_until grep -q '"attempts"' <(repgate status --json)

ok "a message is accepted" send anna@local.test bob@mason.test
wait_for_log 'receiver: name="Microsoft 365" egress=main state=blocked'
ok "and kept when it is refused" \
    wait_until deferred bob@mason.test 'repgate keeps this'
ok "another is accepted" send anna@local.test carl@mason.test
ok "and waits" wait_until deferred carl@mason.test 'deferred transport'

script outlook
# What was delivered in the second of the refusal says nothing after it.
opens() {
	send anna@local.test dora@baker.test || return 1
	log_count 'receiver: name="Microsoft 365" egress=main state=open' |
	    grep -qvx 0
}
ok "mail that no rule keeps opens it" wait_until opens
arrived outlook 1 '^X-Rcpt-Args: <bob@mason.test>'
arrived outlook 1 '^X-Rcpt-Args: <carl@mason.test>'
is "none was returned" "$(grep -c 'status=bounced' "$dir/postfix.log")" 0

done_testing
