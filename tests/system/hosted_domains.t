#!/bin/bash
# Companies that are hosted at one receiver under their own names move with it,
# and everybody else's mail goes directly. Who that is is asked for once, and
# only while it matters.
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../world.sh"

world_open
ask_map
sandbox_start
hosted_start
conf policy '( { name = "ms"; receivers = [ "microsoft-365" ];
    then = "reroute"; via = [ "smarthost" ]; } )'
repgate_start
wait_for_log 'standing: egress=main .*to=clean'

ok "while all is clean, a message is accepted" \
    send anna@ours.test a@baker.test b@free.test
arrived outlook 1
arrived free 1
is "and repgate asks for no MX" "$(world_questions '^MX ')" 2

list_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=listed'
# The first question of each is answered with "as usual".
ask recipient carl@baker.test
ask recipient carl@mason.test
ask recipient carl@free.test
is_moved() {
	[ "$(ask recipient "$1")" = "smtp:[127.0.0.1]:$smarthost_port" ]
}
ok "a hosted domain moves" wait_until is_moved dora@baker.test
ok "and another" wait_until is_moved dora@mason.test
is "one with a server of its own does not" "$(ask recipient d@free.test)" ""

ok "a message to all is accepted" send anna@ours.test \
    erik@baker.test erik@mason.test erik@free.test
arrived smarthost 1 '^X-Rcpt-Args: <erik@baker.test>'
arrived smarthost 1 '^X-Rcpt-Args: <erik@mason.test>'
arrived free 1 '^X-Rcpt-Args: <erik@free.test>'
arrived outlook 0 '^X-Rcpt-Args: <erik@'
log_has ' gate: door=recipient action=reroute via=smarthost egress=main .* rule=ms to=<erik@baker.test> '

delist_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=clean'
ok "and a message after" send anna@ours.test frida@baker.test
arrived outlook 1 '^X-Rcpt-Args: <frida@baker.test>'

done_testing
