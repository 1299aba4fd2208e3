#!/bin/bash
# check --json has the keys of the manual, for each address and list, and what
# is not there is null.
# shellcheck disable=SC2016 # $_ is of perl
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../lies.sh"

lies_open
lies a.test b.test c.test <<'END'
5.113.0.203.a.test TXT txt 60 seen: \xff\xfe "|" \n
zone a.test lists 203.0.113.5
zone b.test lists
zone c.test servfail
END
check --json 203.0.113.5 2001:db8::1
is "listed" $status 2
is "one for each pair" "$(json 'scalar @{$_->{checks}}')" 6
is "the keys" "$(json 'join ",", sort keys %{$_->{checks}[0]}')" \
    "cause,code,list,name,provider,removal,result,since,subject,text,ttl"
row_of() { # INDEX
	json "my \$r = \$_->{checks}[$1]; join ';', map { \$r->{\$_} // 'null' }
	    qw(subject list provider result name code text cause ttl removal)"
}
is "a listing" "$(row_of 0)" \
    '203.0.113.5;a-test;The a.test;LISTED;SPAM;127.0.0.2;seen: \xff\xfe \"|\" \x0a;null;60;https://a.test/remove?ip=203.0.113.5'
is "clean" "$(row_of 1)" \
    '203.0.113.5;b-test;The b.test;CLEAN;null;null;null;null;60;null'
is "unknown" "$(row_of 2)" \
    '203.0.113.5;c-test;The c.test;UNKNOWN;null;null;null;SERVFAIL;null;null'
is "IPv6" "$(row_of 3)" \
    '2001:db8::1;a-test;The a.test;CLEAN;null;null;null;null;60;null'
is "no colour in a pipe" "$(grep -c $'\033' "$dir/out")" 0
check 203.0.113.5
is "nor in a table" "$(grep -c $'\033' "$dir/out")" 0

colours() { # of the table on a terminal
	script -qec "$repgate check --providers $dir/providers.conf \
	    --server 127.0.0.1:$dns_port 203.0.113.5" /dev/null |
	    grep -oE $'\033\\[(31|32|90)m(The .\\.test)?' | tr -d '\033' | xargs
}
is "red, grey and green on a terminal" "$(colours)" \
    "[31mThe a.test [90mThe c.test [32mThe b.test"
is "but not with NO_COLOR" "$(NO_COLOR=1 colours)" ""
done_testing
