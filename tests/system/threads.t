#!/bin/bash
# Under ThreadSanitizer: traffic while the standing changes, configurations
# are loaded and the status is asked.
REPGATED=${REPGATED_TSAN:-$(dirname "$0")/../../build/tsan/repgated}
# Its memory layout and address randomisation do not always go together.
REPGATED_WRAP="setarch -R"
. "$(dirname "$0")/../sandbox.sh"

deadline=60
ok "there is a build with ThreadSanitizer" test -x "$repgated"
ok "and it is one" grep -q __tsan_init "$repgated"
sandbox_start
export TSAN_OPTIONS="suppressions=$root/tests/tsan.supp"
repgate_start
wait_for_log 'standing: egress=main .*to=clean'

send_many 20 400 &
sender=$!
for _ in 1 2 3; do
	list_address 203.0.113.5
	repgate reload >/dev/null || give_up "no reload"
	wait_for_log 'standing: egress=main .*to=listed'
	repgate status --json >/dev/null || give_up "no status"
	delist_address 203.0.113.5
	wait_for_log 'standing: egress=main .*to=clean'
done
ok "all 400 are accepted" wait $sender
wait_until queue_is_empty
is "400 recipients" "$(recipients_served | sort -u | wc -l)" 400

send_many 20 400 &
sender=$!
repgate_stop
ok "all 400 are accepted" wait $sender
log_lacks 'ThreadSanitizer'

done_testing
