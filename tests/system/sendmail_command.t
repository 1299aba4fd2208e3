#!/bin/bash
# Mail from sendmail(1) is gated too, though Postfix does not tell a milter
# its mailer; local_domains says what stays here.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed'

ok "mail to a customer" send_by_command anna@ours.test bob@customer.test
wait_for_log ' gate: .*action=reroute .*from=<anna@ours.test>'
arrived smarthost 1
ok "mail to a colleague" send_by_command anna@ours.test colleague@local.test
wait_until message_at local
arrived local 1
arrived smarthost 1
arrived direct 0

done_testing
