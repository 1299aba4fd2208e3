#!/bin/bash
# A client that brings repgate's own header moves nothing by it.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
repgate_start
wait_for_log 'standing: egress=main .*to=clean'

more_headers=("X-Repgate-Route: smarthost" "x-repgate-route: second")
ok "while clean" send mallory@ours.test bob@customer.test
arrived direct 1
arrived direct 0 '^[Xx]-[Rr]epgate'

list_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=listed'
more_headers=("X-Repgate-Route: second")
ok "while listed" send mallory@ours.test bob@customer.test
arrived smarthost 1
arrived second 0
is "one header, and it is ours" \
    "$(messages smarthost | xargs grep -ai '^x-repgate-route:')" \
    "X-Repgate-Route: smarthost"

done_testing
