#!/bin/bash
# Receivers go on refusing us, each at another stage of SMTP: mail that tries
# the direct way is refused there, goes on to the smarthost in the same attempt,
# and ends the trial. Nothing is returned.
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../world.sh"

deadline=40
stages='banner ehlo mail rcpt end'
sent=0
# To all of them.
send_one() {
	local stage
	for stage in $stages; do
		sent=$((sent + 1))
		send anna@local.test "b$sent@$stage.test" || return 1
	done
}

probes_open
sandbox_start
number=20 address=20
for stage in $stages; do
	number=$((number + 1))
	echo "$stage.test MX mx 60 10 mx.$stage-host.test"
	echo "mx.$stage-host.test A a 60 127.0.0.$number"
done | world
for stage in $stages; do
	code=550
	[ "$stage" != banner ] || code=554
	script "$stage" "$stage $code $microsoft_words"
	refusing_start "$stage" "127.0.0.$((++address))"
done
conf maillog "( { file = \"$dir/postfix.log\"; } )"
conf on_block '"/usr/sbin/postqueue -i {qid}"'
conf receivers '{ block_after = 2; }'
conf probe '{ transport = "egress-probe:"; after = "2s"; every = "1s"; }'
repgate_start
wait_for_log 'standing: egress=main .*to=clean'

for stage in $stages; do
	ok "$stage: blocked" send_until \
	    "receiver: name=$stage-host.test egress=main state=blocked"
	ok "$stage: a trial is refused" send_until \
	    "probe: name=$stage-host.test egress=main stage=rest from=one"
done
ok "the queue empties" wait_until queue_is_empty
is "all went by the smarthost" "$(count_messages smarthost)" "$sent"
is "nothing was returned" "$(grep -c 'status=bounced' "$dir/postfix.log")" 0

done_testing
