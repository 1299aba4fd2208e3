#!/bin/bash
# By the header, a message moves because of where one of its recipients is
# hosted, and all of it does; one for others goes directly.
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../world.sh"

world_open
sandbox_start
hosted_start
list_address 203.0.113.5
conf policy '( { name = "ms"; receivers = [ "Microsoft 365" ];
    then = "reroute"; via = [ "smarthost" ]; } )'
repgate_start
wait_for_log 'standing: egress=main .*to=listed'

# The first may come before anybody knows where baker.test is hosted.
is_moved() {
	send anna@ours.test first@baker.test || give_up "not accepted"
	log_count 'gate: .*action=reroute via=smarthost .* rule=ms ' | grep -qvx 0
}
ok "a message to a hosted domain moves" wait_until is_moved
ok "one for others is accepted" send anna@ours.test carl@free.test
ok "one for both is accepted" \
    send anna@ours.test dora@baker.test dora@free.test
arrived free 1 '^X-Rcpt-Args: <carl@free.test>'
arrived smarthost 1 '^X-Rcpt-Args: <dora@baker.test>'
arrived smarthost 1 '^X-Rcpt-Args: <dora@free.test>'
arrived outlook 0 '^X-Rcpt-Args: <dora@'

done_testing
