#!/bin/bash
# A listing that begins or ends during an SMTP session counts from its next
# message on.
. "$(dirname "$0")/../sandbox.sh"

message() {
	smtp_envelope anna@ours.test bob@customer.test &&
	    smtp_content anna@ours.test bob@customer.test
}

sandbox_start
repgate_start
wait_for_log 'standing: egress=main .*to=clean'
ok "a session while clean" smtp_open
ok "its first message" message
arrived direct 1

list_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=listed'
ok "its second, while listed" message
arrived smarthost 1 '^X-Repgate-Route: smarthost'
smtp_close

ok "a session while listed" smtp_open
ok "its first message" message
arrived smarthost 2
delist_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=clean'
ok "its second, while clean" message
ok "its third" message
smtp_close
arrived direct 3
arrived smarthost 2

done_testing
