#!/bin/bash
# Under AddressSanitizer: traffic by both doors, a reload, questions of the
# administrator; and when it has stopped nothing is left.
REPGATED=${REPGATED_ASAN:-$(dirname "$0")/../../build/asan/repgated}
. "$(dirname "$0")/../sandbox.sh"

deadline=60
ok "there is a build with AddressSanitizer" test -x "$repgated"
ok "and it is one" grep -q __asan_init "$repgated"
ask_map
sandbox_start
repgate_start
wait_for_log 'standing: egress=main .*to=clean'
ok "100 are accepted" send_many 10 100
list_address 203.0.113.5
like "a reload" "$(repgate reload)" reloaded
wait_for_log 'standing: egress=main .*to=listed'
ok "100 more are" send_many 10 100
wait_until queue_is_empty
is "200 recipients" "$(recipients_served | wc -l)" 200
like "a status" "$(repgate status --json)" '"egress"'
repgate_stop
log_lacks 'Sanitizer'

done_testing
