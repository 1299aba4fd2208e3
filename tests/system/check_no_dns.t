#!/bin/bash
# Without DNS an address is UNKNOWN: the reason comes first, in a few lines and
# within the deadline.
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../lies.sh"

lies_open
for i in {1..60}; do
	list "list$i.test"
done
# One that has no test entries: of it nothing is heard either.
list untested.test 'subjects = [ "ip4" ];
    test = { listed = "none"; clean = "none"; };'
write_directory

# timed COMMAND...: sets $took, in milliseconds.
timed() {
	local start=${EPOCHREALTIME/./}
	"$@"
	took=$(((${EPOCHREALTIME/./} - start) / 1000))
}

at_most() { # WHAT MS
	ok "$1 within $2 ms ($took)" [ "$took" -le "$2" ]
}

# A machine as it comes: no network, and what /etc/resolv.conf says.
# shellcheck disable=SC2317 # timed calls it
newcomer() {
	status=0
	out=$(unshare -n "$repgate" check \
	    --providers "$dir/providers.conf" 192.0.2.1) || status=$?
}

timed check 192.0.2.1
at_most "nobody listens: said" 1000
is "unknown" $status 3
like "the reason is first" "$(head -n 1 "$dir/out")" \
    '^UNKNOWN: the DNS server 127.0.0.1:[0-9]+ could not be reached'
ok "it is short" [ "$(wc -l <"$dir/out")" -le 4 ]

lies <<<'* * drop'
timed check --deadline 1s 192.0.2.1
at_most "silence: said" 1300
like "unknown" "$status $out" '^3 UNKNOWN: .* did not answer'
timed check --deadline 1s --plugin 192.0.2.1
at_most "silence: said to monitoring" 1300
like "unknown" "$status $out" '^3 REPGATE UNKNOWN - .*did not answer.* \| .*unknown=61'
timed check --deadline 1s mail.example
at_most "a host: said" 1300
like "unknown, and which name" "$status $out" '^3 UNKNOWN.*mail.example'

# A resolver that knows one list, of the last ones, and is silent on the others.
lies <<'END'
zone list60.test lists
* * drop
END
timed check --deadline 1s 192.0.2.1
at_most "60 lists of 61 are silent: said" 1300
like "the reason is first" "$status $(head -n 2 "$dir/out")" \
    '^3 192.0.2.1: unknown.*Too few lists answered. Of 60 the cause is: no answer'
like "what the one says does not wait behind them" "$out" 'list60-test +CLEAN'

lies <<<'* * servfail'
check 192.0.2.1
like "SERVFAIL for all" "$status $out" '^3 UNKNOWN: .* answered SERVFAIL'
lies <<<'* * refused'
check 192.0.2.1
like "REFUSED for all" "$status $out" '^3 UNKNOWN: .* refused every question'

if unshare -n true 2>/dev/null; then
	timed newcomer
	at_most "no network: said" 10500
	like "unknown" "$status $out" '^3 UNKNOWN: the DNS server of this system'
fi
done_testing
