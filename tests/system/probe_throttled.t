#!/bin/bash
# A receiver slows us down. Its mail then goes by the transport for probes: what
# it puts off goes on to the smarthost in the same attempt, and what it takes it
# has taken directly.
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../world.sh"

throttle='451 4.7.650 The mail server [203.0.113.5] has been temporarily rate limited due to IP reputation. (S775)'
deferred() {
	[ "$(grep -c 'to=<b.*status=deferred' "$dir/postfix.log")" -ge "$1" ]
}

probes_open
sandbox_start
microsoft_start
script outlook "rcpt /^b/ $throttle"
conf maillog "( { file = \"$dir/postfix.log\"; } )"
conf receivers '{ throttle_after = 3; }'
conf probe '{ transport = "egress-probe:"; serve = "throttled"; }'
repgate_start
wait_for_log 'standing: egress=main .*to=clean'

for n in 1 2 3; do
	send anna@local.test "b$n@baker.test" || give_up "not accepted"
done
ok "three are put off" wait_until deferred 3
wait_for_log 'receiver: name="Microsoft 365" egress=main state=throttled'
ok "the next two are accepted" send anna@local.test b4@baker.test
ok "one of which it takes" send anna@local.test c5@baker.test
ok "the other goes on at once" wait_until message_at smarthost
ok "and the one it takes goes directly" wait_until message_at outlook
is "by the smarthost" "$(count_messages smarthost '<b4@')" 1
is "directly" "$(count_messages outlook '<c5@')" 1
is "nothing more is put off" \
    "$(grep -c 'status=deferred' "$dir/postfix.log")" 3
log_has ' gate: door=recipient action=pass probe=egress-probe: .*to=<b4@baker.test>'

done_testing
