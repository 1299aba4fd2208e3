#!/bin/bash
# Bounces have the null sender, which Postfix asks for in two spellings. They
# belong to an egress and to a rule like any other mail.
. "$(dirname "$0")/../sandbox.sh"

ask_map
sandbox_start
list_address 203.0.113.6
conf egress '( { name = "bounces"; addresses = [ "203.0.113.6" ];
      senders = [ "<>" ]; },
    { name = "main"; addresses = [ "203.0.113.5" ]; } )'
repgate_start
wait_for_log 'standing: egress=bounces .*to=listed'

ok "a bounce is accepted" send '<>' bob@customer.test
ok "a message is accepted" send anna@ours.test carl@customer.test
arrived smarthost 1 '^X-Rcpt-Args: <bob@customer.test>'
arrived direct 1 '^X-Rcpt-Args: <carl@customer.test>'
for key in '<>' '"<>"'; do
	is "the answer to $key" "$(ask sender "$key")" \
	    "smtp:[127.0.0.1]:$smarthost_port"
done
is "the answer to a sender" "$(ask sender anna@ours.test)" ""
wait_for_log ' gate: door=sender action=reroute .*from=<> '

done_testing
