#!/bin/bash
# A receiver begins to refuse us. What it put off leaves by the smarthost within
# seconds, although the next queue run is far away, and nobody else's mail is
# touched. Then some mail tries the direct way, at no cost while it is refused;
# and when it is not any more, all mail goes directly again.
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../world.sh"

deadline=40
sent=0
send_one() {
	sent=$((sent + 1))
	send anna@local.test "b$sent@baker.test"
}
bounces() {
	grep -c 'status=bounced' "$dir/postfix.log"
}
all_arrived() {
	[ "$({ messages outlook; messages smarthost; } |
	    xargs grep -hac '^X-Rcpt-Args:' | awk '{ n += $1 } END { print n }')" \
	    = "$sent" ]
}

probes_open
sandbox_start
microsoft_start 'slow.test MX mx 60 10 mx.slow.test
mx.slow.test A a 60 127.0.0.30'
refusing_start slow 127.0.0.30
script slow 'rcpt 450 4.2.0 Greylisted'
script outlook "rcpt $microsoft_block"
conf maillog "( { file = \"$dir/postfix.log\"; } )"
conf on_block '"/usr/sbin/postqueue -i {qid}"'
conf receivers '{ block_after = 3; clear_after = 5; }'
conf probe '{ transport = "egress-probe:"; after = "2s"; every = "1s"; }'
repgate_start
wait_for_log 'standing: egress=main .*to=clean'
wait_until grep -q '"attempts"' <(repgate status --json)

ok "a message to somebody else is put off" send anna@local.test s@slow.test
wait_until grep -q 'to=<s@slow.test>.*status=deferred' "$dir/postfix.log"
for n in 1 2 3 4; do
	send_one || give_up "message $n was not accepted"
done
wait_for_log 'receiver: name="Microsoft 365" egress=main state=blocked'
ok "what was put off has left by the smarthost" wait_until all_arrived
is "all of it" "$(count_messages smarthost)" 4
is "somebody else's was tried once" \
    "$(grep -c 'to=<s@slow.test>.*status=deferred' "$dir/postfix.log")" 1
log_has ' gate: door=recipient action=reroute via=smarthost egress=main address=203.0.113.5 blocked-by="Microsoft 365[^"]*" rule=all to='

like "the status shows that it rests, or tries one" \
    "$(repgate status --json)" '"probe": "(rest|one)"'
ok "mail goes on until one tries the direct way" \
    send_until ' gate: door=recipient action=pass probe=egress-probe: '
ok "it is refused there, which ends the trial" send_until \
    'probe: name="Microsoft 365" egress=main stage=rest from=one .*pause=4'
ok "and goes on in the same attempt" grep -q \
    'egress-probe/smtp.*relay=127.0.0.1\[127.0.0.1\]:[0-9]*,.*status=sent' \
    "$dir/postfix.log"
ok "none is left behind" wait_until all_arrived
is "none was returned" "$(bounces)" 0

script outlook
ok "it takes mail again, and more is tried" \
    send_until 'probe: .* stage=few from=one share=5'
like "the status shows that too" "$(repgate status)" \
    'PROBES.*Microsoft 365 .* (few|some|all) '
ok "and more" send_until 'probe: .* stage=some from=few share=25'
ok "and all" send_until 'probe: .* stage=all from=some share=100'
ok "until it is open" \
    send_until 'receiver: name="Microsoft 365" egress=main state=open'
log_read=$(wc -l <"$dir/repgated.log")
before=$(count_messages outlook)
ok "then a message" send_one
wait_until all_arrived
is "goes directly" "$(count_messages outlook)" $((before + 1))
like "by the usual transport" "$(grep "to=<b$sent@" "$dir/postfix.log")" \
    'postfix/smtp\['
is "no mail was returned" "$(bounces)" 0

done_testing
