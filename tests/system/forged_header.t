#!/bin/bash
# A client that brings repgate's own header moves nothing by it.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
repgate_start
wait_for_log 'standing: egress=main .*to=clean'

more_headers=("X-Repgate-Route: smarthost" "x-repgate-route: second")
ok "while clean" send mallory@ours.test bob@customer.test
arrived direct 1
arrived second 0

list_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=listed'
more_headers=("X-Repgate-Route: second")
ok "while listed" send mallory@ours.test bob@customer.test
arrived smarthost 1
arrived second 0
is "one header, and it is ours" \
    "$(messages smarthost | xargs grep -ai '^x-repgate-route:')" \
    "X-Repgate-Route: smarthost"

# Postfix walks through the message for each one that is deleted.
mapfile -t more_headers < <(yes "X-Repgate-Route: second" | head -n 20000)
SECONDS=0
ok "a message with 20,000 of them" send mallory@ours.test bob@customer.test
ok "is taken in at once" test "$SECONDS" -lt 15
arrived smarthost 2
arrived second 0

done_testing
