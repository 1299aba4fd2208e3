#!/bin/bash
# A list that loses all its entries does not clear those it listed, and one
# that is empty from the start makes nobody clean.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
conf lists '( { list = "bl"; weight = 1; }, { list = "other"; weight = 9; } )'
list_address 203.0.113.5
list_address 203.0.113.5 other.test
empty_zone other.test
repgate_start
wait_for_log ' list: id=other .*cause="does not list 127\.0\.0\.2, so it is empty"'
wait_for_log 'standing: egress=main .*to=listed weight=1 '

empty_zone bl.test
wait_for_log ' list: id=bl .*cause="does not list 127\.0\.0\.2, so it is empty"'
sleep 2
ok "a message is accepted" send anna@ours.test bob@customer.test
arrived smarthost 1
arrived direct 0
log_lacks 'from=listed'

# It comes back, and now it really has removed us.
delist_address 203.0.113.5 bl.test
heal_zone bl.test
wait_for_log ' list: id=bl .*state=fit'
wait_for_log 'standing: egress=main from=listed'

done_testing
