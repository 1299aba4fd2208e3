#!/bin/bash
# In monitor mode the map answers nothing, and the log says what would have
# been done.
. "$(dirname "$0")/../sandbox.sh"

ask_map
sandbox_start
list_address 203.0.113.5
conf mode '"monitor"'
repgate_start
wait_for_log 'standing: egress=main .*to=listed'

ok "a message is accepted" send anna@ours.test bob@customer.test
arrived direct 1
arrived smarthost 0
is "no answer about the sender" "$(ask sender anna@ours.test)" ""
is "nor about the recipient" "$(ask recipient bob@customer.test)" ""
wait_for_log ' gate: qid=[0-9A-Za-z]+ action=reroute .*mode=monitor'
log_lacks ' gate: door='

conf mode '"enforce"'
write_conf
ok "a reload" repgate reload
is "now the sender" "$(ask sender anna@ours.test)" \
    "smtp:[127.0.0.1]:$smarthost_port"
is "and the recipient" "$(ask recipient bob@customer.test)" \
    "smtp:[127.0.0.1]:$smarthost_port"
is "but not one of ours" "$(ask recipient colleague@local.test)" ""

done_testing
