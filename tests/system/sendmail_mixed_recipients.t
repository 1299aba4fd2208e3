#!/bin/bash
# Sendmail: one message to a colleague and to customers of two domains. The
# colleague gets his directly; a customer goes by the smarthost, or not, by the
# rules on recipients and on senders, and its milter knows all that.
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../sendmail.sh"

sendmail_sandbox_start
conf policy '( { name = "partner"; recipients = [ "partner.test" ];
    senders = [ "anna@ours.test" ]; then = "pass"; },
    { name = "all"; then = "reroute"; via = [ "smarthost" ]; } )'
gated_start

ok "a message while the address is clean" \
    send anna@ours.test colleague@local.test bob@customer.test
arrived direct 1
arrived local 1

list_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=listed'
ok "one to three" \
    send anna@ours.test colleague@local.test bob@customer.test pat@partner.test
wait_for_log ' gate: door=delivery action=reroute via=smarthost egress=main address=203.0.113.5 blocked-by="Example BL SPAM" rule=all to=<bob@customer.test> '
wait_for_log ' gate: qid=[0-9A-Za-z]+ action=reroute via=smarthost egress=main .*from=<anna@ours.test> rcpts=2 '
arrived smarthost 1
arrived smarthost 1 '^X-Rcpt-Args: <bob@customer.test>'
arrived direct 2
arrived direct 1 '^X-Rcpt-Args: <pat@partner.test>'
arrived local 2

ok "from another sender the partner's goes by the smarthost too" \
    send '<>' pat@partner.test
arrived smarthost 1 '^X-Rcpt-Args: <pat@partner.test>'

ok "local mail alone is nobody's concern" send anna@ours.test c@local.test
arrived local 3
is "and has no line" "$(log_count ' gate: qid=')" 2

done_testing
