#!/bin/bash
# While the address is listed, mail goes by the smarthost, and the log says who
# blocks us and where to ask for removal.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
repgate_start
wait_for_log 'standing: egress=main .*to=clean'
list_address 203.0.113.5
wait_for_log 'answer: egress=main address=203.0.113.5 list=bl .*result=LISTED code=127.0.0.2 .*removal=.*https://bl.test/remove.ip=203.0.113.5'
wait_for_log 'standing: egress=main from=clean to=listed weight=1 blocked-by="Example BL SPAM"'

ok "a message is accepted" send anna@ours.test bob@customer.test
arrived smarthost 1 '^X-Repgate-Route: smarthost'
arrived direct 0
wait_for_log ' gate: qid=[0-9A-Za-z]+ action=reroute via=smarthost egress=main address=203.0.113.5 blocked-by="Example BL SPAM" rule=all from=<anna@ours.test> rcpts=1 .*mode=enforce'

done_testing
