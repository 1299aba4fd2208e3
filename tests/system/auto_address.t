#!/bin/bash
# addresses = "auto" asks the network which address it sees, believes services
# that agree, and follows a change that is confirmed.
. "$(dirname "$0")/../sandbox.sh"

whoami_port=0 version=1100000000

# A service by an A record and one by TXT.
seen_as() { # A [TXT]
	version=$((version + 1))
	cat >"$dir/zones/whoami.new" <<-END
	\$SOA 1 ns.whoami.test admin.whoami.test 0 60 60 60 1
	\$TTL 1
	one A $1
	two TXT "${2:-$1}"
	END
	touch -d "@$version" "$dir/zones/whoami.new"
	mv "$dir/zones/whoami.new" "$dir/zones/whoami"
	[ -z "${pids[whoami]:-}" ] || kill -HUP "${pids[whoami]}"
}

sandbox_start
whoami_port=$((dns_port + 2))
seen_as 192.168.0.5
start_server whoami rbldnsd -n -c 0 -u nobody -w "$dir/zones" \
    -b "127.0.0.1/$whoami_port" whoami.test:generic:whoami
conf egress '( { name = "main"; addresses = "auto"; } )'
conf discovery "{ every = \"1s\"; services = (
	{ id = \"one\"; server = \"127.0.0.1:$whoami_port\";
	  name = \"one.whoami.test\"; },
	{ id = \"two\"; server = \"127.0.0.1:$whoami_port\";
	  name = \"two.whoami.test\"; type = \"TXT\"; } ); }"
list_address 203.0.113.5
repgate_start
wait_for_log 'warning: egress main: no agreement on its IPv4 address, which stays unknown: one says 192.168.0.5, which is private;'
ok "nothing is known yet" send anna@ours.test bob@customer.test
arrived direct 1

seen_as 203.0.113.5 203.0.113.6
wait_for_log 'stays unknown: one says 203.0.113.5; two says 203.0.113.6'
seen_as 203.0.113.5
wait_for_log 'address: egress=main family=4 from=- to=203.0.113.5 agreed="one, two"'
wait_for_log 'answer: egress=main address=203.0.113.5 .*result=LISTED'
wait_for_log 'standing: egress=main from=unknown to=listed'
ok "our address is listed" send anna@ours.test bob@customer.test
wait_for_log ' gate: .*egress=main address=203.0.113.5 '
arrived smarthost 1
repgate_kill
kill -STOP "${pids[whoami]}"
repgate_start
ok "started again it knows its address and that it is listed" \
    send anna@ours.test carl@customer.test
arrived smarthost 2
kill -CONT "${pids[whoami]}"
is "and tells neither again" \
    "$(log_count ' (standing: .*to=listed|address: .*to=203.0.113.5)')" 2
like "status knows it" "$(repgate status --json)" '"address": ?"203.0.113.5"'

seen_as 203.0.113.6
wait_for_log 'address: egress=main family=4 from=203.0.113.5 to=203.0.113.6 agreed="one, two"'
wait_for_log 'standing: egress=main from=[a-z]* to=clean'
ok "the new one is clean" send anna@ours.test bob@customer.test
arrived direct 2

is "a reload" "$(repgate reload)" reloaded
stop_server whoami KILL
wait_for_log 'stays 203.0.113.6: one: no server could be reached'
ok "what was known stays" send anna@ours.test bob@customer.test
arrived direct 3
log_lacks 'from=203.0.113.6'

done_testing
