#!/bin/bash
# A list that turns into one that lists the whole world moves no mail: it is
# set aside at once, and returns by itself.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
repgate_start
wait_for_log 'standing: egress=main from=unknown to=clean'

list_everyone bl.test
wait_for_log ' list: id=bl zone=bl\.test state=unfit cause="lists [0-9.]+, so it lists everyone"'
ok "a message is accepted" send anna@ours.test bob@customer.test
arrived direct 1
arrived smarthost 0
like "status tells" "$(repgate status)" 'bl .*unfit.*lists everyone'

heal_zone bl.test
wait_for_log ' list: id=bl zone=bl\.test state=fit'
list_address 203.0.113.5
wait_for_log 'standing: egress=main from=clean to=listed'
ok "a true listing counts again" send anna@ours.test bob@customer.test
arrived smarthost 1
is "one line for each change" "$(log_count ' list: ')" 2
is "one listing" "$(log_count 'to=listed')" 1
log_lacks ' resolver: '

done_testing
