#!/bin/bash
# Sendmail with FEATURE(mailertable) in the place of repgate's rules: the map is
# asked for domains. It moves mail as well, queued mail too; mail that waits is
# taken in, also from a sender whose domain the table is asked for. But a mailer
# that is missing costs mail.
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../sendmail.sh"

without_rules() {
	sed '/^Kdelivery/d; /^LOCAL_NET_CONFIG/,$d'
}

sendmail_sandbox_start
printed_lines=without_rules
more_mc=("FEATURE(\`mailertable', \`socket -o -d5 local:$dir/gate/map.sock')dnl")
conf policy '( { name = "partner"; recipients = [ "partner.test" ];
    then = "wait"; wait_at_most = "1h"; },
    { name = "all"; then = "reroute"; via = [ "smarthost" ]; } )'
list_address 203.0.113.5
gated_start
wait_for_log 'standing: egress=main .*to=listed'

ok "a message to three" send anna@ours.test \
    bob@customer.test pat@partner.test colleague@local.test
wait_until message_at smarthost
wait_for_log ' gate: door=mailertable action=reroute via=smarthost .*to=<@customer.test>'
queue_run
is "one by the smarthost" "$(count_messages smarthost)" 1
is "one waits" "$(mail_queue | grep -c pat@partner.test)" 1
is "none directly" "$(count_messages direct)" 0
ok "from a sender there" send pat@partner.test bob@customer.test
is "the answers" "$(ask mailertable partner.test) $(ask mailertable local.test)" \
    'dsmtp:partner.test '

delist_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=clean'
arrived direct 1 '^X-Rcpt-Args: <pat@partner.test>'
arrived smarthost 2
arrived local 1

# Nothing is left of C{RepgateMailer} here.
list_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=listed'
conf routes '( { name = "new"; nexthop = "smtp:";
    mailertable = "nosuch:[127.0.0.1]"; } )'
conf policy '( { name = "all"; then = "reroute"; via = [ "new" ]; } )'
write_conf
repgate reload >"$dir/reload.log"
ok "a route that Sendmail does not know" \
    not send anna@ours.test bob@customer.test
like "makes it refuse mail for good" "$reply" '^554 .*unknown mailer'

done_testing
