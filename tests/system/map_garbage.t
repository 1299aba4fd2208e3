#!/bin/bash
# Whatever clients send to the map, it closes what makes no sense, keeps what
# is just slow, and goes on to serve all others.
# shellcheck disable=SC2016,SC2317 # the $ is for others, and called by name
. "$(dirname "$0")/../sandbox.sh"

ask_map
sandbox_start
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed'

want="OK smtp:[127.0.0.1]:$smarthost_port"
answer="${#want}:$want,"

# talk SCRIPT: $s is a connection, put and get work on it.
talk() {
	timeout 15 perl -MIO::Socket::UNIX -MTime::HiRes=sleep -e '
		sub conn { IO::Socket::UNIX->new(Peer => $ARGV[0]) or die }
		sub put { print { $_[0] } $_[1]; $_[0]->flush }
		# What comes in, up to so many bytes; less at an end.
		sub get {
			my ($s, $want, $all) = (@_, "");
			while (length $all < $want) {
				sysread $s, my $bytes, $want - length $all
				    or last;
				$all .= $bytes;
			}
			return $all;
		}
		$SIG{PIPE} = "IGNORE";
		my $s = conn();
		'"$1" "$dir/gate/map.sock" "$answer"
}

closed='print get($s, 1) eq "" ? "closed" : "open"'
is "garbage" "$(talk 'put($s, "GET / HTTP/1.1\r\n\r\n");'"$closed")" closed
is "a claim of 2 GB" "$(talk 'put($s, "2147483648:sender a");'"$closed")" \
    closed
is "a length that overflows" \
    "$(talk 'put($s, "18446744073709551636:sender a,");'"$closed")" closed
is "no comma" "$(talk 'put($s, "8:sender a;");'"$closed")" closed
is "a megabyte of noise" \
    "$(talk 'put($s, "\xff" x 1e6);'"$closed")" closed
is "a good request before a bad one" \
    "$(talk 'put($s, "21:sender anna\@ours.test,x"); print get($s, 1e6)')" \
    "$answer"
is "an unknown name" "$(talk 'put($s, "5:foo a,"); print get($s, 12)')" \
    "9:NOTFOUND ,"
is "no key" "$(talk 'put($s, "6:sender,"); print get($s, 12)')" "9:NOTFOUND ,"
is "a NUL in the key" \
    "$(talk 'put($s, "14:sender a\0b\@c.d,"); print get($s, 12)')" \
    "9:NOTFOUND ,"
is "byte by byte" "$(talk 'for (split //, "21:sender anna\@ours.test,") {
	put($s, $_); sleep 0.01 } print get($s, length $ARGV[1])')" "$answer"

# A thousand that stop in the middle of a request; others are served.
is "half requests" "$(talk 'my @half = map { conn() } 1 .. 1000;
	put($_, "21:sender anna") for @half;
	put($s, "21:sender anna\@ours.test,");
	print get($s, length $ARGV[1]);
	put($half[500], "\@ours.test,");
	print get($half[500], length $ARGV[1]);')" "$answer$answer"

# One that asks 20,000 times and reads nothing until all others are done.
is "who does not read" "$(talk 'my $n = 20000; my $pid = fork;
	if ($pid == 0) { put($s, "21:sender anna\@ours.test," x $n); exit }
	sleep 1; my $other = conn();
	put($other, "21:sender anna\@ours.test,");
	print get($other, length $ARGV[1]), " ";
	my $all = get($s, $n * length $ARGV[1]); waitpid $pid, 0;
	print $all eq $ARGV[1] x $n ? "all" : "not all: " . length $all')" \
    "$answer all"

ok "mail goes on" send anna@ours.test bob@customer.test
arrived smarthost 1
log_has 'warning: map: a client sent what is no netstring'

done_testing
