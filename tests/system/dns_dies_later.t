#!/bin/bash
# When DNS dies the last standing holds for keep_unknown; after that nobody
# knows anything, and mail goes directly.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
conf keep_unknown '"5s"'
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed'

dns_stop
ok "it is still listed" send anna@ours.test bob@customer.test
arrived smarthost 1

wait_for_log 'standing: egress=main from=listed to=unknown'
ok "it is forgotten" send anna@ours.test bob@customer.test
arrived direct 1
arrived smarthost 1

done_testing
