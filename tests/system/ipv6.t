#!/bin/bash
# An egress is as bad as its worst address, be it the IPv6 one.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
conf egress '( { name = "main";
	addresses = [ "203.0.113.5", "2001:db8::5" ]; } )'
list_address 2001:db8::6
repgate_start
wait_for_log 'standing: egress=main .*to=clean'
ok "the neighbour is listed" send anna@ours.test bob@customer.test
arrived direct 1

list_address 2001:db8::5
wait_for_log 'answer: egress=main address=2001:db8::5 .*result=LISTED'
wait_for_log 'standing: egress=main from=clean to=listed'
ok "our address is listed" send anna@ours.test bob@customer.test
wait_for_log ' gate: .*address=2001:db8::5 '
arrived smarthost 1
arrived direct 1

done_testing
