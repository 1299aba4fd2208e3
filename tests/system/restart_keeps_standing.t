#!/bin/bash
# Stopped, or killed, while an address is listed, and started again without DNS:
# the first message goes the other way at once, the listing has its old date,
# and no line claims a change. Its answers are shown as old. And with DNS back
# nothing is told twice.
# shellcheck disable=SC2016 # the $ is for perl
. "$(dirname "$0")/../sandbox.sh"

# The part of status of which the answers say how old they are.
egress_status() {
	repgate status --json | perl -MJSON::PP -0777 -ne '
		my $egress = decode_json($_)->{egress}[0];
		my $answer = $egress->{addresses}[0]{answers}[0];
		print join " ", @$egress{qw(standing since blocked_by removal)},
		    $answer->{result}, $answer->{known} // "-",
		    defined $answer->{known_age} ? "aged" : "";'
}

sandbox_start
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed'
before=$(egress_status)
like "it is listed" "$before" '^listed 20.*T.*Z Example BL SPAM'
answers=$(log_count ' answer: .*result=LISTED')

dns_stop
for signal in TERM KILL; do
	stop_server repgated $signal
	repgate_start
	ok "a message is accepted at once" \
	    send anna@ours.test "$signal@customer.test"
	arrived smarthost 1 "^X-Rcpt-Args: <$signal@"
	is "the standing is as before SIG$signal, the answer an old one" \
	    "$(egress_status)" "${before% LISTED - } UNKNOWN LISTED aged"
	like "status tells people" "$(repgate status)" 'said LISTED [0-9]+.* ago'
done
arrived direct 0

dns_start
log_settles() {
	egress_status | grep -q ' LISTED - $'
}
ok "the list is asked again" wait_until log_settles
is "that it lists us is no news" "$(log_count ' answer: .*result=LISTED')" \
    "$answers"
is "one line told of it" "$(log_count ' standing: ')" 1

delist_address 203.0.113.5
wait_for_log 'standing: egress=main from=listed to=clean'
stop_server repgated KILL
repgate_start
ok "clean stays clean" send anna@ours.test clean@customer.test
arrived direct 1
log_lacks 'from=unknown to=clean'

done_testing
