#!/bin/bash
# 5,000 connections to the map that say nothing: each is served when it does,
# and so are Postfix and the administrator meanwhile.
. "$(dirname "$0")/../sandbox.sh"

ask_map
ulimit -n 20000 || skip_all "no 20,000 file descriptors to be had here"
ulimit -Sn 1024 # repgated raises it by itself
sandbox_start
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed'

coproc idle {
	ulimit -n 20000
	exec perl -MIO::Socket::UNIX -e '
		$| = 1;
		my @all = map { IO::Socket::UNIX->new(Peer => $ARGV[0])
		    or die "connection $_: $!" } 1 .. 5000;
		print "connected\n";
		<STDIN>;
		my $served = 0;
		for my $s (@all) {
			my $answer = "";
			syswrite $s, "21:sender anna\@ours.test,";
			sysread $s, $answer, 100;
			$served++ if $answer =~ /^\d+:OK smtp:/;
		}
		print "$served\n";' "$dir/gate/map.sock"
}
# shellcheck disable=SC2154 # coproc sets it
pids[idle]=$idle_PID
read -r -t $((20 * slowness)) said <&"${idle[0]}"
is "5,000 connections" "$said" connected
has_them() {
	repgate status --json | grep -qE '"map_connections": 50[0-9][0-9]'
}
ok "status knows of them" wait_until has_them
ok "a message is accepted" send anna@ours.test bob@customer.test
arrived smarthost 1
sleep 3
echo go >&"${idle[1]}"
read -r -t $((20 * slowness)) said <&"${idle[0]}"
is "all 5,000 are served after a rest" "$said" 5000
unset 'pids[idle]'

done_testing
