#!/bin/bash
# A name is asked about at the domain lists, as it is and by its registrable
# parent, beside its addresses; an address is not.
# shellcheck disable=SC2016 # $_ is of perl
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../lies.sh"

rows() { # LIST: what it says of each subject
	json 'join " ", map { "$_->{subject}=$_->{result}" }
	    grep { $_->{list} eq "'"$1"'" } @{$_->{checks}}'
}
cause() { # LIST
	json '(map { $_->{cause} } grep { $_->{list} eq "'"$1"'" }
	    @{$_->{checks}})[0]'
}

lies_open
knows_domains='subjects = [ "domain" ]; impact = "high";'
list dbl.test "$knows_domains"
list all.test "$knows_domains"
lies bl.test <<'END2'
test.dbl.test A a 60 127.0.0.2
bad.example.dbl.test A a 60 127.0.0.4
bad.example.dbl.test TXT txt 60 seen in spam
zone dbl.test nxdomain 60 60
zone all.test a 60 127.0.0.2
zone bl.test lists 203.0.113.6
bad.example A a 60 203.0.113.5
mail.bad.example A a 60 203.0.113.5
good.example A a 60 203.0.113.5
good.example MX mx 60 10 listed.good.example
good.example TXT txt 60 v=spf1 ip4:203.0.113.7 -all
listed.good.example A a 60 203.0.113.6
host A a 60 203.0.113.5
silent.example * drop
empty.example * nxdomain 60 60
* AAAA nodata 60 60
END2

check --json bad.example
is "a listed domain" "$status $(rows dbl-test)" "2 bad.example=LISTED"
is "and its address" "$(rows bl-test)" "203.0.113.5=CLEAN"
is "a list that lists everyone" "$(rows all-test)" "bad.example=UNKNOWN"
like "and why" "$(cause all-test)" 'lists .*, so it lists everyone'
is "what it says of it" "$(json \
    'join ";", map { @$_{qw(name code text removal)} }
    grep { $_->{result} eq "LISTED" } @{$_->{checks}}')" \
    "BOTS;127.0.0.4;seen in spam;https://dbl.test/remove?ip=bad.example"
check bad.example.
like "people read so too" "$out" \
    'bad.example: listed; 1 of 2 .*1\. The dbl.test BOTS lists bad.example'
check --plugin bad.example
like "and monitoring" "$out" \
    '^REPGATE CRITICAL - bad.example is listed by The dbl.test BOTS \|'

check --json Mail.Bad.Example
is "a parent that is listed" "$status $(rows dbl-test)" \
    "2 mail.bad.example=CLEAN bad.example=LISTED"
check --json good.example
is "a clean domain" "$status $(rows dbl-test) $(rows bl-test)" \
    "0 good.example=CLEAN 203.0.113.5=CLEAN"
check --plugin good.example
like "and for monitoring" "$out" \
    '^REPGATE OK - 1 address and 1 domain on no list, by 2 answers \|'
check --json --mx good.example
is "a domain beside its mail servers" \
    "$status $(rows dbl-test) $(rows bl-test)" \
    "2 good.example=CLEAN 203.0.113.6=LISTED"
check --json --spf good.example
is "and beside its SPF record" "$status $(rows dbl-test) $(rows bl-test)" \
    "0 good.example=CLEAN 203.0.113.7=CLEAN"

check --json empty.example
is "a domain without an address" "$status $(rows dbl-test)" \
    "0 empty.example=CLEAN"
check --plugin --deadline 1s silent.example
like "one whose address cannot be found out" "$status $out" \
    '^3 REPGATE UNKNOWN - no address to check: silent.example: no answer'
: >"$dir/questions"
check --json 203.0.113.5 2001:db8::5 host
is "neither addresses nor names without a dot" \
    "$status $(questions '(dbl|all)\.test') $(rows bl-test)" \
    "0 0 203.0.113.5=CLEAN 2001:db8::5=CLEAN"

usual_conf
conf egress '( { name = "main"; addresses = [ "203.0.113.5" ]; } )'
conf lists '( { list = "dbl-test"; weight = 3; } )'
conf domains '[ "good.example", "news.bad.example" ]'
write_conf
check --json
is "the configured domains" "$status $(rows dbl-test) $(rows bl-test)" \
    "2 good.example=CLEAN news.bad.example=CLEAN bad.example=LISTED 203.0.113.5=CLEAN"
done_testing
