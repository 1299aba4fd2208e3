#!/bin/bash
# One light list does not make an address listed; two of them do.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
conf lists '( { list = "bl"; weight = 1; }, { list = "other"; weight = 1; } )'
conf listed_at 2
repgate_start
wait_for_log 'standing: egress=main .*to=clean'
list_address 203.0.113.5 bl.test
wait_for_log 'answer: .*list=bl .*result=LISTED'
ok "listed by one" send anna@ours.test bob@customer.test
arrived direct 1

list_address 203.0.113.5 other.test
wait_for_log 'standing: .*to=listed weight=2 blocked-by="Example BL SPAM, Other List OTHER"'
ok "listed by both" send anna@ours.test bob@customer.test
arrived smarthost 1
arrived direct 1

done_testing
