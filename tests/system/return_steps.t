#!/bin/bash
# After a listing an egress comes back in steps: at first only mail to a share
# of the recipients' domains goes directly, always the same ones, and the rest
# goes on by the smarthost. A new listing takes all of it off again.
. "$(dirname "$0")/../sandbox.sh"

ask_map
sandbox_start
conf store "\"$dir/gate/state.db\""
conf return_steps '( { share = 35; for = "1h"; } )'
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed'

send_to_all() { # one message to each of twelve domains
	local n
	for n in {1..12}; do
		send anna@ours.test "bob@d$n.test" || return
	done
}
directly() { # domains that the map sends directly, one a line
	local n
	for n in {1..12}; do
		[ -n "$(ask recipient "bob@d$n.test")" ] || echo "d$n.test"
	done
}
domains_at() { # WHERE
	messages "$1" | xargs -r sed -n 's/^X-Rcpt-Args: <bob@\(.*\)>.*/\1/p' |
	    sort
}
ok "mail to all" send_to_all
arrived smarthost 12
is "none goes directly while listed" "$(directly)" ''

delist_address 203.0.113.5
wait_for_log 'standing: egress=main from=listed to=clean share=35 '
share=$(directly | sort)
count=$(wc -l <<<"$share")
ok "some go directly, some do not" [ "$count" -gt 2 -a "$count" -lt 10 ]
ok "mail to all again" send_to_all
arrived direct "$count"
arrived smarthost $((24 - count))
is "the map is as good as its word" "$(domains_at direct)" "$share"
log_has ' gate: qid=.* action=reroute via=smarthost egress=main address=203.0.113.5 share=35 rule=all from=<anna@ours.test>'
like "status tells" "$(repgate status)" 'main .*clean, 35% direct'
like "explain tells" \
    "$(repgate explain --from anna@ours.test --to "bob@d1.test")" \
    'clean since .*: comes back, 35 percent go directly'

# The same ones after a restart, and by now nobody's mail is listed.
repgate_stop
repgate_start
wait_for_log 'standing: egress=main .*to=clean share=35 '
is "a restart changes nothing" "$(directly | sort)" "$share"

list_address 203.0.113.5
wait_for_log 'standing: egress=main from=clean to=listed'
is "a new listing takes all" "$(directly)" ''

conf return_steps '( { share = 35; for = "3s"; }, { share = 70; for = "4s"; } )'
write_conf
repgate reload >/dev/null
delist_address 203.0.113.5
wait_for_log 'standing: egress=main from=listed to=clean share=35 '
wait_for_log 'standing: egress=main from=clean to=clean share=70 '
wait_for_log 'standing: egress=main from=clean to=clean share=100 '
is "all go directly in the end" "$(directly | wc -l)" 12

done_testing
