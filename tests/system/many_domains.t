#!/bin/bash
# Mail from tens of thousands of sender domains: what is kept of them is
# bounded, and no message waits for it.
. "$(dirname "$0")/../sandbox.sh"

# One session that speaks as an MTA does: negotiation, then MAIL, RCPT and end
# of message, of which only the last is answered.
send_from_domains() { # FIRST COUNT
	perl -MIO::Socket::UNIX -e '
		my ($path, $first, $count) = @ARGV;
		my $s = IO::Socket::UNIX->new(Peer => $path) or die "$path: $!";
		sub put { print {$s} map { pack "N/a", $_ } @_; $s->flush }
		sub get {
			read $s, my $length, 4 or die "closed";
			read $s, my $packet, unpack "N", $length;
			substr $packet, 0, 1;
		}
		put("O" . pack "N3", 6, 0x131, 0x1fffff);
		get() eq "O" or die "no negotiation";
		for my $i ($first .. $first + $count - 1) {
			put("M<a\@mail.n$i.test>\0", "R<bob\@customer.test>\0", "E");
			my $answer = get();
			$answer eq "c" or $answer eq "a" or die "said $answer";
		}
		put("Q");' "$dir/gate/milter.sock" "$1" "$2"
}

resident_kb() {
	awk '/^VmRSS:/ { print $2 }' "/proc/${pids[repgated]}/status"
}

domains_known() {
	repgate status --json | grep -oE '"domains": ?[0-9]+' | grep -oE '[0-9]+'
}

sandbox_start
dns_stop
printf '%s\n' "\$SOA 1 ns.dbl.test a.dbl.test 0 60 60 60 1" "\$TTL 1" \
    ':127.0.1.2:spams' test >"$dir/zones/dbl"
start_server dns rbldnsd -n -c 0 -u nobody -w "$dir/zones" \
    -b "127.0.0.1/$dns_port" bl.test:ip4set:bl.test.ip4 \
    dbl.test:dnset:dbl
wait_until dns_answers
sed -i '$d' "$dir/providers.conf"
cat >>"$dir/providers.conf" <<'END'
  , { id = "dbl"; provider = "Example DBL"; zone = "dbl.test";
    subjects = [ "domain" ];
    codes = ( { answer = "127.0.1.2"; name = "SPAM"; } ); } );
END
conf lists '( { list = "bl"; }, { list = "dbl"; } )'
repgate_start
wait_for_log 'standing: egress=main .*to=clean'

# A machine that is busy may lose some notes on the way.
sent=0
send_more() { # COUNT
	send_from_domains $sent "$1" || give_up "it does not take $1 messages"
	sent=$((sent + $1))
}
before=$(resident_kb)
until [ "$(domains_known)" -ge 10000 ] || [ $sent -ge 100000 ]; do
	send_more 10000
done
first=$(resident_kb)
send_more 20000
second=$(resident_kb)
note "resident: $before kB, $first kB, $second kB"
is "as many are known as may be" "$(domains_known)" 10000
if [ "$slowness" = 1 ]; then
	ok "they take less than 32 MB" [ $((first - before)) -lt 32768 ]
	ok "more of them take no more" [ $((second - first)) -lt 2048 ]
fi
is "each message passed" \
    "$(repgate status --json | grep -oE '"passed": ?[0-9]+' |
        grep -oE '[0-9]+')" $sent

list_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=listed'
done_testing
