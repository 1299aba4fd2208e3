#!/bin/bash
# A host stands for its addresses; --mx takes a domain's mail servers, --spf
# what its SPF record authorises.
# shellcheck disable=SC2016 # $_ is of perl
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../lies.sh"

subjects() {
	json 'join " ", map { $_->{subject} } @{$_->{subjects}}'
}
notes() {
	json 'join "\n", @{$_->{notes}}'
}

lies_open
lies bl.test <<'END'
mail.ours.test A a 60 203.0.113.5 203.0.113.6
mail.ours.test AAAA aaaa 60 2001:db8::5
four.ours.test A a 60 203.0.113.7
four.ours.test AAAA nodata 60 60
www.ours.test * cname 60 four.ours.test 203.0.113.7
six.ours.test AAAA aaaa 60 2001:db8::6
six.ours.test A nodata 60 60
hang.ours.test * drop
ours.test MX mx 60 10 mail.ours.test 20 four.ours.test
null.test MX mx 60 0 .
none.test MX nodata 60 60
ours.test TXT txts 60 something else | v=spf1 ip4:203.0.113.9 ip4:192.0.2.0/24 ip4:203.0.113.16/30 a:four.ours.test mx include:other.test ?ip4:203.0.113.99 -all
other.test TXT txt 60 v=spf1 ip6:2001:db8::9 exists:%{i}.x.test redirect=third.test
third.test TXT txt 60 v=spf1 a:six.ours.test//126 ~all
loop.test TXT txt 60 v=spf1 ip4:203.0.113.8 include:loop.test -all
bad.test TXT txt 60 v=spf1 ip4:203.0.113.8 nonsense|x=1\x1b -all
two.test TXT txts 60 v=spf1 -all | v=spf1 a -all
open.test TXT txt 60 v=spf1 +all
zone bl.test lists 203.0.113.5
* * nxdomain 60 60
END

check --json mail.ours.test
is "a host's addresses" "$(subjects)" "203.0.113.5 203.0.113.6 2001:db8::5"
is "one of them is listed" $status 2
check --json www.ours.test.
is "an alias" "$(subjects)" "203.0.113.7"
is "clean" $status 0
check --json nowhere.test
is "no such host" "$status $(notes)" "3 nowhere.test: no such name"
check --json --deadline 1s hang.ours.test 203.0.113.6
is "a host that hangs leaves the address" \
    "$(json '$_->{checks}[0]{result}')" CLEAN
like "and is told" "$(notes)" "hang.ours.test: no answer"

check --mx --json ours.test
is "mail servers" "$(subjects)" \
    "203.0.113.5 203.0.113.6 2001:db8::5 203.0.113.7"
check --mx --json null.test
is "a domain that takes no mail" "$status $(notes)" \
    "3 null.test takes no mail (RFC 7505)"
check --mx --json none.test
is "a domain without mail servers" "$status $(notes)" \
    "3 none.test has no mail servers"

check --spf --json ours.test
is "what SPF authorises" "$(tr ' ' '\n' <<<"$(subjects)" | sort | xargs)" \
    "$(printf '%s\n' 203.0.113.{5,6,7,9,16,17,18,19} 2001:db8::{5,9} \
        2001:db8::{4,6,7} | sort | xargs)"
like "a whole network is told, not swept" "$(notes)" '192.0.2.0/24 is a whole'
like "so is what depends on the message" "$(notes)" 'macros'
check --spf --json loop.test
is "a ring ends" "$(subjects)" 203.0.113.8
like "and is told" "$(notes)" 'more than 10 lookups'
check --spf --json bad.test
like "a bad record" "$status $(notes)" '^3 .*cannot be read: .*nonsense'
check --spf --plugin bad.test
like "nor can it forge performance data" "$status $out" \
    '^3 REPGATE UNKNOWN - [^|]*nonsense/x=1[^|]* \| listed=0[^|]*$'
check --spf --json two.test
like "two records" "$status $(notes)" '^3 two.test has 2 SPF records'
check --spf --json open.test
like "the whole world" "$status $(notes)" '^3 .*the whole world'
check --spf --json null.test
like "none" "$status $(notes)" '^3 null.test: no such name'
done_testing
