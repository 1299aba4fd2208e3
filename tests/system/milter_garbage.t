#!/bin/bash
# Whatever clients send to the milter, repgated goes on: commands without a
# negotiation or after the end, messages that are broken off, and more of
# everything than any mail server sends.
# shellcheck disable=SC2016 # the $ is for others
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed'

# talk SCRIPT: $s is a connection; say sends a command, hear gets the next
# answer's letter, or "" at the end.
talk() {
	timeout 20 perl -MIO::Socket::UNIX -e '
		sub conn { IO::Socket::UNIX->new(Peer => $ARGV[0]) or die }
		sub say_ { my ($c, $data) = @_;
			print $s pack("N", 1 + length $data) . $c . $data }
		sub hear { $s->flush; my ($bytes, $all) = ("", "");
			read($s, $bytes, 4) == 4 or return "";
			read($s, $all, unpack("N", $bytes));
			return substr $all, 0, 1 }
		# As Postfix does: version 6, all actions and steps.
		sub open_ { $s = conn(); say_("O", pack("NNN", 6, 0x1ff,
			0x1fffff)); hear() }
		sub macro { my $c = shift; say_("D", $c . join "",
			map { "$_\0" } @_) }
		sub mail { say_("M", "<$_[0]>\0") }
		sub rcpt { macro("R", "{rcpt_mailer}", "smtp");
			say_("R", "<$_[0]>\0") }
		sub end { macro("E", "i", $_[0]); say_("E", "");
			my $all = ""; my $got = "+";
			while ($got =~ /[+hmq]/) {
				$got = hear(); $all .= $got }
			return $all }
		# Until the other end has read all and gone.
		sub part { $s->flush; shutdown $s, 1; local $/; <$s> }
		$SIG{PIPE} = "IGNORE";
		our $s = conn();
		'"$1" "$dir/gate/milter.sock"
}

# One process all the while: whoever starts it anew hides that it ended.
pid() {
	repgate status --json | sed -n 's/.*"pid": \([0-9]*\).*/\1/p'
}

first=$(pid)
like "it runs" "$first" '^[0-9]+$'

talk 'mail("a\@ours.test"); part()' >/dev/null
is "MAIL without a negotiation" "$(pid)" "$first"
talk 'rcpt("a\@ours.test"); say_("E", ""); part()' >/dev/null
is "RCPT without one" "$(pid)" "$first"
talk 'say_("L", "X-Repgate-Route\0second\0"); part()' >/dev/null
is "a header without one" "$(pid)" "$first"
is "a whole message without one is taken as it is" \
    "$(talk 'mail("a\@ours.test"); hear(); rcpt("b\@c.test"); hear();
	print end("Q1")' | tail -c 1)" c
talk 'open_(); mail("a\@ours.test"); say_("K", "");
    mail("b\@ours.test"); rcpt("c\@d.test"); say_("E", ""); part()' >/dev/null
is "MAIL after a connection's end that is none" "$(pid)" "$first"
talk 'open_(); say_("E", ""); part(); open_(); rcpt("c\@d.test");
    say_("A", ""); mail("b\@ours.test"); say_("E", ""); part()' >/dev/null
is "ends without a beginning, and without recipients" "$(pid)" "$first"
talk 'print $s "\xff" x 100000; part()' >/dev/null
is "noise" "$(pid)" "$first"

# On one connection: broken off, begun anew, and whole; the last is moved.
like "what is broken off leaves nothing behind" \
    "$(talk 'open_(); mail("a\@ours.test"); rcpt("gone\@c.test");
	say_("A", ""); mail("b\@ours.test"); rcpt("gone\@c.test");
	mail("c\@ours.test"); rcpt("b\@c.test"); print end("Q2")')" '^h.*[ac]$'
log_has 'gate: qid=Q2 .* from=<c@ours.test> rcpts=1 '

is "a queue id of 60,000 bytes" \
    "$(talk 'open_(); mail("a\@ours.test"); rcpt("b\@c.test");
	print end("x" x 60000)' | tail -c 1)" c

# More recipients than are kept.
is "no end of recipients" \
    "$(talk 'open_(); mail("a\@ours.test");
	rcpt("$_\@a.rather.long.name.of.a.domain.test") for 1 .. 100000;
	print end("Q3")' | tail -c 1)" c
log_has 'warning: a message has [0-9]+ recipients more than are looked at'
log_has 'gate: qid=Q3 .* rcpts=[1-9]'

delist_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=clean'
is "more of a message that has passed already, and the next one" \
    "$(talk 'open_(); mail("a\@ours.test"); print hear();
	rcpt("b\@c.test"); say_("L", "X-Repgate-Route\0second\0");
	say_("E", ""); say_("A", ""); mail("a\@ours.test"); print hear()')" aa
list_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=listed'
is "all the same process" "$(pid)" "$first"

ok "mail goes on" send anna@ours.test bob@customer.test
arrived smarthost 1
like "no session is left over" "$(repgate status --json)" \
    '"open_sessions": [01][^0-9]'
done_testing
