#!/bin/bash
# Only true listings count: each way in which a list, its server or a resolver
# can be wrong is UNKNOWN with a cause that tells it.
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../lies.sh"

declare -A want=()

# lie ZONE CAUSE: what standard input says of the zone.
lie() {
	local zone=$1.test
	want[$zone]=$2
	list "$zone"
	sed "s/ZONE/$zone/g" >>"$dir/script"
}

lies_open
lie good '' <<<'zone ZONE lists 203.0.113.5=127.0.0.4 2001:db8::5'
lie wildcard 'lists 127.0.0.1' <<<'zone ZONE a 60 127.0.0.2'
lie parked 'outside 127.0.0.0/8' <<<'zone ZONE a 60 198.51.100.1'
lie emptied 'does not list 127.0.0.2' <<<'zone ZONE nxdomain 60 60'
lie nodata 'does not list 127.0.0.2' <<<'zone ZONE nodata 60 60'
lie refused 'REFUSED' <<<'zone ZONE refused'
lie servfail 'SERVFAIL' <<<'zone ZONE servfail'
lie formerr 'SERVFAIL' <<<'zone ZONE rcode 1'
lie notauth 'REFUSED' <<<'zone ZONE rcode 9'
lie public 'asked through a public resolver' <<<'zone ZONE a 60 127.255.255.254'
lie refusing 'refused with 127.255.255.255' <<<'zone ZONE a 60 127.255.255.255'
lie undefined 'does not define' <<<'zone ZONE a 60 127.0.0.99'
lie half 'outside 127.0.0.0/8' <<<'zone ZONE a 60 127.0.0.2 198.51.100.1'
lie silent 'deadline' <<<'zone ZONE drop'
lie wrong-id 'deadline' <<<'zone ZONE wrong-id 60 127.0.0.2'
lie question 'deadline|malformed' <<<'zone ZONE question 60 127.0.0.2'
lie empty 'deadline|malformed' <<<'zone ZONE empty'
for how in wrong-question no-question cut fewer long-data pointer-loop denied; do
	lie $how 'malformed|deadline|SERVFAIL' <<<"zone ZONE $how 60 127.0.0.2"
done
for how in header garbage 'alias-loop 60' 'referral 60'; do
	lie "${how% *}" 'malformed|deadline|SERVFAIL' <<<"zone ZONE $how"
done
lie truncated 'lists 127.0.0.1' <<<'zone ZONE truncated 60 127.0.0.2'
lie slow '' <<'END'
zone ZONE lists 203.0.113.5
latency *.ZONE 300
END
lie alias '' <<'END'
5.113.0.203.ZONE * cname 60 real.ZONE 127.0.0.2
zone ZONE lists
END
lie several '' <<'END'
5.113.0.203.ZONE A a 60 127.0.0.2 127.0.0.5
zone ZONE lists
END
lie large '' <<'END'
5.113.0.203.ZONE A truncated 60 127.0.0.2
zone ZONE lists
END
lie forged '' <<'END'
5.113.0.203.ZONE TXT txt 60 spam\nstanding: egress=main to=clean\x1b[2J\x00\\"
zone ZONE lists 203.0.113.5
END
lie long '' <<'END'
5.113.0.203.ZONE TXT long 60 4096 blah\x07
zone ZONE lists 203.0.113.5
END
lies <"$dir/script"

check --deadline 1500ms 203.0.113.5
is "what is listed is seen" $status 2
for zone in "${!want[@]}"; do
	if [ -n "${want[$zone]}" ]; then
		like "$zone is not believed" "$(row "$zone")" \
		    " UNKNOWN .*(${want[$zone]})"
	else
		like "$zone is believed" "$(row "$zone")" \
		    ' LISTED [A-Z, ]+ \(127\.0\.0\.[24]\)'
	fi
done
like "foreign text is escaped" "$out" \
    'spam\\x0astanding: egress=main to=clean\\x1b\[2J\\x00'
is "nothing but text is printed" \
    "$(LC_ALL=C grep -c '[^[:print:]]' "$dir/out")" 0

# IPv6: of all these lists one is true.
check --deadline 1500ms 2001:db8::5
is "an IPv6 listing is seen" "$(grep -c ' LISTED ' "$dir/out")" 1
like "and whose it is" "$(row good.test)" ' LISTED SPAM'
check --deadline 1500ms 2001:db8::6
is "what is listed nowhere is not listed" "$(grep -c ' LISTED ' "$dir/out")" 0
done_testing
