#!/bin/bash
# Sendmail: a rule that waits. The mail is taken in and stays in the queue,
# where mailq says why; a colleague gets his at once. When the address is clean
# the mail leaves by itself at the next queue run.
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../sendmail.sh"

sendmail_sandbox_start
# With what would break Sendmail's rules if it came there unquoted.
sed -i 's/name = "SPAM"/name = "SPAM (100% <sure>, \\"no\\"); $u"/' \
    "$dir/providers.conf"
conf policy '( { name = "patience"; then = "wait"; wait_at_most = "1h"; } )'
list_address 203.0.113.5
gated_start
wait_for_log 'standing: egress=main .*to=listed .*action=wait'

ok "a message is accepted" \
    send anna@ours.test bob@customer.test colleague@local.test
wait_for_log ' gate: qid=[0-9A-Za-z]+ action=wait egress=main .*rule=patience'
wait_until message_at local
is "local mail is delivered" "$(count_messages local)" 1
tells_why() {
	[[ $(mail_queue) == *"203.0.113.5 is blocked by Example BL SPAM (100%"* ]]
}
ok "mailq tells the reason" wait_until tells_why
queue_run
ok "and after another queue run" tells_why
is "nothing has left, and nothing was returned" \
    "$(count_messages direct) $(count_messages smarthost)" '0 0'

delist_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=clean'
arrived direct 1
arrived direct 1 '^X-Rcpt-Args: <bob@customer.test>'
arrived local 1

done_testing
