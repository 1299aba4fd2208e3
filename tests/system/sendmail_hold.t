#!/bin/bash
# Sendmail: the milter's own actions. A rule that holds puts the message into
# quarantine, with the reason; one that defers answers 451.
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../sendmail.sh"

sendmail_sandbox_start
conf policy '( { name = "later"; senders = [ "shop@ours.test" ];
    then = "defer"; }, { name = "stop"; then = "hold"; } )'
list_address 203.0.113.5
gated_start
wait_for_log 'standing: egress=main .*to=listed'

ok "a message is accepted" send anna@ours.test bob@customer.test
wait_for_log ' gate: qid=[0-9A-Za-z]+ action=hold .*rule=stop'
arrived held 1
arrived direct 0
like "the reason" "$(held_queue)" \
    'QUARANTINE: repgate: 203.0.113.5 is blocked by Example BL SPAM'
queue_run
arrived held 1

ok "another is refused" not send shop@ours.test bob@customer.test
like "for now" "$reply" \
    '^451 4.7.1 203.0.113.5 is blocked by Example BL SPAM, removal: https://bl.test/'
wait_for_log ' gate: qid=[0-9A-Za-z]+ action=defer .*rule=later'
is "and is nowhere" "$(mail_queue | grep -c '@')" 0

# Somebody else holds one too; only ours is let go.
sed -i 's/then = "hold"/then = "pass"/' "$dir/repgate.conf"
repgate reload >"$dir/reload.log"
stop_server mx
ok "a message that passes" send eve@else.test bob@customer.test
wait_until is_refused
sendmail -Q'by hand' -qSeve@else.test >"$dir/release.log" 2>&1
sink_start mx "$mx_port"
arrived held 2
like "what repgate holds" "$(repgate held)" \
    '<anna@ours.test> +no +repgate: 203.0.113.5 is blocked by Example BL SPAM'
is "is let go" "$(PATH=$dir/bin:$PATH repgate held --release \
    --mta-config "$dir" 2>&1 | tail -n 1)" '1 released'
queue_run
arrived direct 1
arrived direct 1 '^X-Mail-Args: <anna@ours.test>'
arrived held 1
is "and forgotten" "$(repgate held)" 'repgate holds no message'

done_testing
