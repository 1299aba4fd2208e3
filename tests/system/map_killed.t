#!/bin/bash
# Nobody holds the map's socket, and repgate is killed while mail comes in and
# mail waits. Postfix puts off what it cannot ask about, clients try again, and
# once repgate is back all of it is delivered: nothing lost, nothing twice.
# shellcheck disable=SC2317 # called by name
. "$(dirname "$0")/../sandbox.sh"

deadline=40
clients=5
each=20

# As a mail server does that is told 451.
send_stubbornly() { # TO
	until send anna@ours.test "$1@customer.test"; do
		[[ $reply == 4* ]] || return 1
		echo "$reply" >>"$dir/put-off"
		sleep 0.2
	done
}

# However slow this script is: one that goes on until repgate is away.
client() { # NUMBER
	local n
	for ((n = 1; n <= each || ! $(wc -l <"$dir/put-off"); n++)); do
		send_stubbornly "carl$1-$n" || return
		echo "carl$1-$n" >>"$dir/sent"
	done
}

delivered() { # COUNT
	[ "$(count_messages smarthost carl)" -ge "$1" ]
}

was_put_off() { # TIMES
	[ "$(wc -l <"$dir/put-off")" -ge "$1" ]
}

ask_map
sandbox_start
: >"$dir/put-off"
repgate_start
wait_for_log 'standing: egress=main .*to=clean'
stop_server mx
ok "30 messages wait in the queue" send_many 5 30
wait_until grep -q 'status=deferred' "$dir/postfix.log"

running=()
for ((number = 1; number <= clients; number++)); do
	client $number &
	running+=($!)
done
list_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=listed'
wait_until delivered 10
repgate_kill
ok "clients are put off" wait_until was_put_off $clients
repgate_start
failures=0
for pid in "${running[@]}"; do
	wait "$pid" || failures=$((failures + 1))
done
is "every client got rid of its mail" $failures 0
sent=$(($(wc -l <"$dir/sent") + 30))
ok "all clients sent what they had" [ $sent -ge $((clients * each + 30)) ]
arrived smarthost $sent
is "each once" "$(recipients_served | sort -u | wc -l)" $sent
arrived direct 0
is "nothing bounced" "$(grep -c status=bounced "$dir/postfix.log")" 0
is "and what was known was known again" "$(log_count ' standing: ')" 2

done_testing
