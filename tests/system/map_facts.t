#!/bin/bash
# What we lean on of Postfix: which keys it asks the map for and when, and how
# long it keeps an answer. The map here only writes down what it is asked.
# shellcheck disable=SC2016,SC2317 # the $ is for others, and called by name
. "$(dirname "$0")/../sandbox.sh"

ask_map
main_cf+=('smtpd_milters =' 'non_smtpd_milters ='
	'defer_transports = egress-wait')
asked() { # REGEX: how often
	grep -cE -- "^$1 =>" "$dir/map.log"
}
answer() { # [REGEX ANSWER]
	printf '%s\n' "$@" >"$dir/answer.new"
	mv "$dir/answer.new" "$dir/answer"
}
sandbox_start
answer
start_server map perl -MIO::Socket::UNIX -MIO::Select -e '
	$| = 1;
	my $listen = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 50);
	chmod 0666, $ARGV[0];
	my ($all, %in) = IO::Select->new($listen);
	while (1) {
		for my $s ($all->can_read) {
			if ($s == $listen) { $all->add($s->accept); next }
			if (!sysread $s, $in{$s}, 4096, length($in{$s} // "")) {
				$all->remove($s); close $s; next }
			while ($in{$s} =~ s/^\d+:(.*?),(?=\d|$)//s) {
				my $key = $1;
				open my $file, "<", $ARGV[1] or die;
				chomp(my ($form, $value) = <$file>);
				my $out = $form && $key =~ /$form/
				    ? "OK $value" : "NOTFOUND ";
				print "$key => $out\n";
				syswrite $s, length($out) . ":$out,";
			}
		}
	}' "$dir/gate/map.sock" "$dir/answer"
wait_until test -S "$dir/gate/map.sock"

ok "a message is accepted" \
    send anna@ours.test bob@customer.test colleague@local.test
arrived direct 1
arrived local 1
ok "the sender's full address is asked for" test "$(asked \
    'sender anna@ours.test')" -gt 0
ok "and the recipient's" test "$(asked 'recipient bob@customer.test')" -gt 0
ok "a local one's too" test "$(asked 'recipient colleague@local.test')" -gt 0
is "no bare domain" "$(asked '(sender|recipient) @?[^@]*\.test')" 0
is "but an asterisk, once by each process" \
    "$(grep -E '^[^ ]+ [^@]*=>' "$dir/map.log" | sort -u)" \
    "$(printf '%s => NOTFOUND \n' 'recipient *' 'sender "<>"' 'sender <>')"

ok "a quoted local part" send '"a b"@ours.test' dora@customer.test
arrived direct 2
ok "is asked for as it is written" test "$(asked \
    'sender "a b"@ours.test')" -gt 0

# At SMTP time and at each attempt, with no reload.
answer '^sender carl' 'egress-wait:4.7.1 text'
# Two, since the answer for the last pair is kept.
ok "mail that waits is accepted" \
    send carl@ours.test erik@customer.test fritz@customer.test
wait_until grep -q "fritz.*deferred transport" "$dir/postfix.log"
before=$(asked 'sender carl@ours.test')
ok "asked at SMTP time and for delivery" test "$before" -gt 0
asked_again() {
	[ "$(asked 'sender carl@ours.test')" -gt "$before" ]
}
answer
arrived direct 3
ok "asked again for the next attempt" asked_again

# The same pair of addresses, at once after another answer: the old one holds.
ok "one more" send fred@ours.test gina@customer.test
arrived direct 4
answer '^sender fred' "smtp:[127.0.0.1]:$smarthost_port"
ok "the same again" send fred@ours.test gina@customer.test
arrived direct 5
ok "and for somebody else" send fred@ours.test hans@customer.test
arrived smarthost 1
arrived direct 5

# What smtpd does with other answers.
answer '^sender fred' 'retry:4.7.1 text'
ok "retry: refuses" not send fred@ours.test ivan@customer.test
like "with 450" "$reply" '^450 4.7.1 '

stop_server map
ok "a dead map refuses" not send anna@ours.test jane@customer.test
like "with 451" "$reply" '^451 4.3.0 '

done_testing
