#!/bin/bash
# Once the address was clean for long enough, mail goes directly again.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
conf clear_after '"3s"'
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed'
ok "one message while listed" send anna@ours.test bob@customer.test

delist_address 203.0.113.5
wait_for_log 'answer: .*result=CLEAN'
ok "one while it proves itself" send anna@ours.test bob@customer.test
arrived smarthost 2

wait_for_log 'standing: egress=main from=listed to=clean'
ok "one while clean" send anna@ours.test bob@customer.test
arrived direct 1
arrived smarthost 2

done_testing
