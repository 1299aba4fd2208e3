#!/bin/bash
# repgate check tells since when the daemon of this machine has seen a listing,
# and does without where there is none, or one that hangs.
# shellcheck disable=SC2016 # $_ is of perl
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../lies.sh"

sandbox_open rbldnsd perl flock
providers_conf >"$dir/providers.conf"
mkdir "$dir/gate"
: >"$dir/repgated.log"
usual_conf
conf lists '( { list = "bl"; }, { list = "other"; } )'
write_conf
prepare_zones
list_address 203.0.113.5
dns_start

since() { # LIST
	status=0
	repgate check --json --deadline 5s >"$dir/out" 2>&1 || status=$?
	json "join ' ', map { \$_->{since} // 'null' }
	    grep { \$_->{list} eq '$1' } @{\$_->{checks}}"
}

is "nobody knows without a daemon" "$(since bl)" null
ok "and nobody waits for one" [ "$(json '$_->{took_ms}')" -lt $((450 * slowness)) ]
repgate_start
wait_for_log 'standing: egress=main .*to=listed'
first=$(since bl)
like "the daemon does" "$first" '^20[0-9-]{8}T[0-9:]{8}Z$'
is "but not of what is clean" "$(since other)" null
repgate status --json >"$dir/out"
is "status tells the same" "$(json \
    '$_->{egress}[0]{addresses}[0]{answers}[0]{since}')" "$first"
repgate check >"$dir/out"
like "so does the table" "$(cat "$dir/out")" "SINCE +REMOVAL.* $first +https:"
list_address 203.0.113.5 other.test
wait_for_log 'answer: .*list=other .*result=LISTED'
is "another list does not change it" "$(since bl)" "$first"
like "and has a time of its own" "$(since other)" '^20'

delist_address 203.0.113.5
wait_for_log 'answer: .*list=bl .*result=CLEAN'
is "a listing that is over" "$(since bl)" null
list_address 203.0.113.5
wait_for_log 'answer: .*list=bl .*result=LISTED'
ok "one that comes again begins anew" test "$(since bl)" '>' "$first"

seconds() { # STAMP
	date -d "$1" +%s
}
before=$(since bl)
repgate_stop
repgate_start
after=$(since bl)
moved=$(($(seconds "$after") - $(seconds "$before")))
like "a restart keeps it" "$moved" '^-?[01]$'

kill -STOP "${pids[repgated]}"
is "a daemon that hangs" "$(since bl) $(json \
    '$_->{took_ms} < 4000 ? "in time" : "late"')" "null in time"
kill -CONT "${pids[repgated]}"
done_testing
