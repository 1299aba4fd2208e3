#!/bin/bash
# A list that refuses us and one that is parked: each is named with its cause,
# and what a third says goes on to count. For IPv6 the same.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
conf egress '( { name = "main"; addresses = [ "2001:db8::5", "203.0.113.5" ]; } )'
conf lists '( { list = "bl"; weight = 1; }, { list = "other"; weight = 1; } )'
conf coverage 40
repgate_start
wait_for_log 'standing: egress=main from=unknown to=clean'

list_everyone bl.test 127.255.255.254
wait_for_log ' list: id=bl .*state=unfit'
wait_for_log ' list: id=bl .*state=unfit'
log_has ' list: id=bl zone=bl.test state=unfit cause="refuses us with 127.255.255.254: asked through a public resolver" family=ip4'
log_has ' list: id=bl zone=bl.test state=unfit cause="refuses us with 127.255.255.254: asked through a public resolver" family=ip6'
list_address 2001:db8::5 other.test
wait_for_log 'standing: egress=main from=clean to=listed'
delist_address 2001:db8::5 other.test
wait_for_log 'standing: egress=main from=listed to=clean'

list_everyone other.test 192.0.2.80
wait_for_log ' list: id=other .*cause="answers 192\.0\.2\.80 for .*: the zone is parked, or the resolver rewrites answers"'
sleep 2
ok "a message is accepted" send anna@ours.test bob@customer.test
arrived direct 1
arrived smarthost 0
is "one listing" "$(log_count 'to=listed')" 1
is "one line for each list and family" "$(log_count ' list: ')" 4

done_testing
