#!/bin/bash
# The exit status and the line for monitoring: clean, listed below the
# threshold, listed, unknown. Options stand before or after the command.
# shellcheck disable=SC2016 # $_ is of perl
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../lies.sh"

lies_open
list low.test 'subjects = [ "ip4" ]; impact = "low";'
list big.test 'subjects = [ "ip4" ]; impact = "high";'
list dead.test 'subjects = [ "ip4" ]; status = "dead"; since = "2024-06-05";
    reason = "gone";'
list key.test 'subjects = [ "ip4" ]; terms = "key";'
sed -i 's/zone = "key.test"/zone = "{key}.key.test"/' "$dir/directory"
lies <<'END'
zone low.test lists 203.0.113.5 203.0.113.6
zone big.test lists 203.0.113.6
zone dead.test a 60 127.0.0.2
END

check 203.0.113.4
is "clean" $status 0
like "it says so" "$out" '203.0.113.4: clean; 0 of 2 lists'
check 203.0.113.5
is "listed below the threshold" $status 1
check 203.0.113.6
is "listed" $status 2
like "what to do begins with the heaviest" "$out" \
    '1\. The big.test SPAM lists 203.0.113.6.*2\. The low.test SPAM'
check 203.0.113.4 203.0.113.6 203.0.113.5
is "the worst of several decides" $status 2
is "a dead list is not asked" "$(questions 'dead\.test')" 0
is "nor one that needs a key" "$(questions 'key\.test')" 0
like "which is told" "$out" '1 lists need a key'

check --plugin 203.0.113.6
is "critical" "${out/time=*/time}" \
    'REPGATE CRITICAL - 203.0.113.6 is listed by The big.test SPAM, The low.test SPAM | listed=2;;;0 unknown=0;;;0 clean=0;;;0 time'
check 203.0.113.5 --plugin
like "warning" "$status $out" '^1 REPGATE WARNING - 203.0.113.5 is listed by'
check 203.0.113.4 --plugin
like "ok" "$status $out" '^0 REPGATE OK - .* \| listed=0;;;0 unknown=0;;;0 clean=2;;;0 time=[0-9.]+s;;;0$'

check --plugin --deadline yesterday 203.0.113.4
is "a wrong option is unknown, not a warning" $status 3
check --plugin bad_host/
is "so is a wrong name" $status 3
status=0
"$repgate" --json --server "127.0.0.1:$dns_port" check \
    --providers="$dir/providers.conf" 203.0.113.6 >"$dir/out" || status=$?
is "options may stand before the command" \
    "$status $(json '$_->{checks}[0]{result}')" "2 LISTED"

lies <<'END'
zone low.test servfail
zone big.test lists
END
check 203.0.113.5
is "a light list that is silent changes nothing" $status 0
lies <<'END'
zone low.test lists 203.0.113.5
zone big.test servfail
END
check --plugin 203.0.113.5
like "a heavy one makes it unknown" "$status $out" '^3 REPGATE UNKNOWN'
check --plugin 203.0.113.4
like "also where the others say nothing" "$status $out" \
    '^3 REPGATE UNKNOWN - only 1 of 2 lists answered'
done_testing
