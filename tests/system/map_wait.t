#!/bin/bash
# A rule that waits: the mail is accepted and stays in the queue, where mailq
# tells why; a colleague gets his at once. When the address is clean again the
# queue is nudged, by an unprivileged command, and the mail leaves by itself,
# long before the next queue run. (Postfix keeps its answer for the last address
# for 30 seconds; so there are two.)
# shellcheck disable=SC2016,SC2317 # the $ is for others, and called by name
. "$(dirname "$0")/../sandbox.sh"

ask_map
# pipe(8) shows the reason; "defer_transports" says just "deferred transport".
master_cf+=('egress-wait unix - n n - 1 pipe'
	'    user=nobody argv=/bin/sh -c {echo "$$0"; exit 75} ${nexthop}')
main_cf+=('queue_run_delay = 300s' 'minimal_backoff_time = 300s'
	'maximal_backoff_time = 300s')
sandbox_start
list_address 203.0.113.5
conf policy '( { name = "patience"; then = "wait"; wait_at_most = "1h"; } )'
cat >"$dir/nudge" <<END
#!/usr/bin/perl
use IO::Socket::UNIX;
open my \$seen, '>>', "$dir/local/nudges"; # nobody's own directory
print \$seen "\$> @ARGV\n";
my \$queue = IO::Socket::UNIX->new(Peer => "$dir/queue/public/qmgr") or die;
print \$queue 'FADI'; # what "postqueue -f" says
END
chmod 755 "$dir/nudge" "$dir/queue/public"
conf on_clear "[ \"$dir/nudge\", \"a b\", \"\$HOME\" ]"
repgate_start
wait_for_log 'standing: egress=main .*to=listed .*action=wait'

ok "a message is accepted" \
    send anna@ours.test bob@customer.test carl@customer.test colleague@local.test
wait_for_log ' gate: qid=[0-9A-Za-z]+ action=wait egress=main .*rule=patience'
deferred() {
	grep -q 'carl.*status=deferred' "$dir/postfix.log"
}
wait_until deferred
like "mailq tells the reason" "$(mail_queue)" \
    '203.0.113.5 is blocked by Example BL SPAM'
wait_until message_at local
is "local mail is delivered" "$(count_messages local)" 1
is "the map's answer" "$(ask sender anna@ours.test)" \
    'egress-wait:4.7.1 203.0.113.5 is blocked by Example BL SPAM'

delist_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=clean'
wait_for_log 'on_clear: .*/nudge was run'
arrived direct 1
arrived smarthost 0
is "run as nobody, and no shell read it" "$(cat "$dir/local/nudges")" \
    "$(id -u nobody) a b \$HOME"

done_testing
