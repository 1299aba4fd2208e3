#!/bin/bash
# What systemd hears: ready once it serves, and signs of life of the engine while
# that lives; that it reloads, and that it stops.
# shellcheck disable=SC2016,SC2317 # the $ is for perl, and called by name
. "$(dirname "$0")/../sandbox.sh"

heard() { # REGEX
	grep -qE "$1" "$dir/heard"
}

signs() {
	grep -c '^WATCHDOG=1$' "$dir/heard"
}

lives_on() { # SIGNS
	[ "$(signs)" -ge $(($1 + 2)) ]
}

pkg-config --exists libsystemd || skip_all "built without libsystemd"
sandbox_start
: >"$dir/heard"
start_server listener perl -MSocket -e '
	socket(my $s, PF_UNIX, SOCK_DGRAM, 0);
	bind($s, sockaddr_un("$ARGV[0]/notify")) or die;
	open(my $out, ">>", "$ARGV[0]/heard");
	$out->autoflush(1);
	my $word;
	print $out "$word\n" while defined recv($s, $word, 4096, 0);' \
    "$dir"
wait_until test -S "$dir/notify"

export NOTIFY_SOCKET=$dir/notify WATCHDOG_USEC=3000000
repgate_start
ok "it is ready" wait_until heard '^READY=1$'
ok "when the milter answers" test -S "$dir/gate/milter.sock"
ok "it gives signs of life" wait_until lives_on 0

ok "it reloads" repgate reload
ok "and says so" wait_until heard '^RELOADING=1$'
ok "with the time" heard '^MONOTONIC_USEC=[0-9]+$'
is "and is ready again" "$(grep -c '^READY=1$' "$dir/heard")" 2

conf mode '"bad"'
write_conf
ok "a bad configuration" not repgate reload
is "leaves it ready" "$(grep -c '^READY=1$' "$dir/heard")" 3

repgate_stop
ok "it stops" heard '^STOPPING=1$'

done_testing
