#!/bin/bash
# Answers that are not listings do not make the address listed: a refusal, a
# code the list does not define, an address outside 127/8.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
list_address 203.0.113.5 bl.test 127.255.255.254
repgate_start
wait_for_log 'asked through a public resolver'
delist_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=clean'
list_address 203.0.113.5 bl.test 127.0.0.99
wait_for_log '127\.0\.0\.99'
delist_address 203.0.113.5
list_address 203.0.113.5 bl.test 192.0.2.1
wait_for_log '192\.0\.2\.1'

ok "a message is accepted" send anna@ours.test bob@customer.test
arrived direct 1
arrived smarthost 0
log_lacks 'to=listed'

done_testing
