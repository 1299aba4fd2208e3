#!/bin/bash
# Without DNS repgate starts, and mail goes directly; it learns the standing
# once DNS is back.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
list_address 203.0.113.5
dns_stop
repgate_start

ok "a message is accepted" send anna@ours.test bob@customer.test
arrived direct 1
log_lacks 'to=listed'
wait_for_log ' resolver: state=silent cause=.* fix='

dns_start
wait_for_log 'standing: egress=main .*to=listed'
ok "a message is accepted" send anna@ours.test bob@customer.test
arrived smarthost 1
arrived direct 1

done_testing
