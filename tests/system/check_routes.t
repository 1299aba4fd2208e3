#!/bin/bash
# repgate check --routes tells whether the SPF records of our domains authorise
# the addresses of our routes, and the daemon warns of it when it starts.
# shellcheck disable=SC2016 # $_ is of perl
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../lies.sh"

lies_open
usual_conf
mkdir "$dir/gate"
: >"$dir/repgated.log"
conf dns "{ servers = [ \"127.0.0.1:$dns_port\" ]; timeout = \"500ms\";
    tries = 1; }"
conf lists '( { list = "a-test"; } )'
conf reroute_by '"map"'
conf map "{ socket = \"unix:$dir/gate/map.sock\"; }"
conf policy '( { name = "all"; then = "reroute"; via = [ "given" ]; } )'
routes() { # ROUTE...
	conf routes "( { name = \"given\"; nexthop = \"second:\";
	    addresses = [ \"198.51.100.7\", \"2001:db8::7\" ]; } $* )"
	write_conf
}
spf() { # TEXT...: as ours.test has it
	lies a.test <<-END
	ours.test TXT $*
	part.test TXT txt 60 v=spf1 ip4:198.51.100.0/24 -all
	bad.test TXT txt 60 v=spf1 ip4:300.1.1.1 -all
	loop.test TXT txt 60 v=spf1 include:loop.test -all
	host.test A a 60 198.51.100.9
	host.test AAAA nodata 60 60
	relay.test MX mx 60 10 host.test
	* * nxdomain 60 60
	END
	: >"$dir/directory"
}
inspect() { # [ARGUMENT...]
	status=0
	repgate check --routes "$@" >"$dir/out" 2>"$dir/err" || status=$?
	out=$(sed 's/  */ /g; s/ $//' "$dir/out" | tail -n +2)
}

conf domains '[ "ours.test" ]'
routes
spf txt 60 'v=spf1 ip4:198.51.100.7 ip6:2001:db8::/32 -all'
inspect
is "authorised" "$status $out" "0 given SPF ours.test GOOD -"
spf txt 60 'v=spf1 include:part.test ip6:2001:db8::7 -all'
inspect
is "by what it includes" "$status $out" "0 given SPF ours.test GOOD -"
spf txt 60 'v=spf1 include:part.test -all'
inspect
is "one address of two is not" "$status $out" \
    "1 given SPF ours.test BAD 2001:db8::7 is not authorised by the SPF record of ours.test"
spf txt 60 'v=spf1 +all'
inspect
is "everybody is" "$status" 0
spf nxdomain 60 60
inspect
is "no record, which fails nobody" "$status $out" \
    "0 given SPF ours.test GOOD the domain has no SPF record"
fails() { # TERM WHY
	spf txt 60 "v=spf1 ip4:198.51.100.7 ip6:2001:db8::7 $1 -all"
	inspect
	is "a record that receivers fail, by $1" "$status $out" \
	    "1 given SPF ours.test BAD receivers may fail the SPF record of ours.test: $2"
}
fails include:gone.test 'gone.test: no such name'
fails include:bad.test \
    'the SPF record of bad.test cannot be read: \"v=spf1 ip4:300.1.1.1 -all\"'
fails include:loop.test \
    'the SPF record needs more than 10 lookups; receivers fail it (RFC 7208, 4.6.4), and the rest is left out here'
spf txt 60 'v=spf1 exists:%{i}.x.test -all'
inspect
is "one that depends on the mail" "$status $out" \
    "3 given SPF ours.test UNKNOWN ours.test: what ptr, exists and macros authorise depends on the message"
spf servfail
inspect
is "no answer" "$status $out" \
    "3 given SPF ours.test UNKNOWN ours.test: SERVFAIL"
spf drop
inspect --deadline 300ms --json
is "none in time" "$status $(json '$_->{routes}[0]{text}')" \
    "3 ours.test: no answer within the deadline"

conf domains '[ "ours.test" ]'
conf egress '( { name = "main"; addresses = [ "203.0.113.5" ];
    senders = [ "@news.test", "anna@Ours.test", "@.test" ]; } )'
routes ', { name = "host"; nexthop = "smtp:[host.test]:587"; },
    { name = "relay"; nexthop = "smtp:relay.test"; },
    { name = "address"; nexthop = "smtp:[198.51.100.9]"; },
    { name = "gone"; nexthop = "smtp:[gone.test]"; },
    { name = "usual"; nexthop = "smtp:"; }'
spf txt 60 'v=spf1 ip4:198.51.100.7 ip6:2001:db8::7 -all'
inspect
like "the address of the nexthop" "$out" \
    'host SPF ours.test BAD 198.51.100.9 is not authorised by the SPF record of ours.test; if the route sends from other addresses than its nexthop has, name them'
like "of a domain's mail server" "$out" \
    'relay SPF ours.test BAD 198.51.100.9 is not authorised'
like "as it is written" "$out" \
    'address SPF ours.test BAD 198.51.100.9 is not authorised'
like "a host that is not there" "$out" \
    'gone SPF ours.test UNKNOWN smtp:\[gone.test\] leads to no address'
like "domains of senders" "$out" 'given SPF news.test GOOD'
is "each once, and no others" "$(grep -c SPF "$dir/out")" 10
is "what is wrong matters most" $status 1
status=0
repgate check --routes host >/dev/null 2>&1 || status=$?
is "there are no arguments" $status 3

repgate_start
log_has 'warning: route host: 198.51.100.9 is not authorised by the SPF record'
log_lacks 'warning: route (given|gone)'
is "a reload" "$(repgate reload)" reloaded
warned_again() {
	[ "$(log_count 'warning: route host:')" = 2 ]
}
ok "warns again" wait_until warned_again
done_testing
