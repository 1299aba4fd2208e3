#!/bin/bash
# A smarthost that does not answer, or not as it should, is passed over for the
# next route; nobody's mail has to find that out. With none left mail waits, and
# leaves when one is back. (Postfix keeps its answer for the last address for 30
# seconds; so two wait.)
. "$(dirname "$0")/../sandbox.sh"

ask_map
master_cf+=('egress-wait unix - - n - - error')
main_cf+=('defer_transports = egress-wait' 'queue_run_delay = 2s')
sandbox_start
conf routes "(
  { name = \"smarthost\"; nexthop = \"smtp:[127.0.0.1]:$smarthost_port\";
    probe = \"1s\"; probe_failures = 2; },
  { name = \"second\"; nexthop = \"smtp:[127.0.0.1]:$second_port\";
    probe = \"1s\"; probe_failures = 1; } )"
conf policy '( { name = "all"; then = "reroute";
  via = [ "smarthost", "second" ]; otherwise = "wait"; } )'
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed .*action=reroute via=smarthost'
ok "a message is accepted" send anna@ours.test bob@customer.test
arrived smarthost 1
log_lacks 'route:'

stop_server smarthost KILL
wait_for_log "route: name=smarthost state=unusable cause=\"127.0.0.1 port $smarthost_port: Connection refused\""
ok "another one" send anna@ours.test carl@customer.test
arrived second 1

# Its own words are the cause.
stop_server second KILL
start_server second perl -MSocket -e '
	socket(my $s, PF_INET, SOCK_STREAM, 0);
	setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
	bind($s, sockaddr_in($ARGV[0], INADDR_LOOPBACK)) or die;
	listen($s, 9);
	while (accept(my $c, $s)) {
		syswrite $c, "554 5.7.1 go \"away\"\e[2J\r\n";
	}' "$second_port"
wait_for_log 'route: name=second state=unusable'
log_has "route: name=second state=unusable cause=\".*it greets with: 554 5.7.1 go .\"away.\".x1b\[2J\""
ok "a third one" send anna@ours.test dora@customer.test emil@customer.test
waits() {
	mail_queue | grep -q emil@customer.test
}
wait_until waits
like "explain tells" \
    "$(repgate explain --from anna@ours.test --to x@customer.test)" \
    'smarthost: passed over: 127.0.0.1 port .*: Connection refused'

sink_start smarthost "$smarthost_port"
wait_for_log 'route: name=smarthost state=usable since=20'
arrived smarthost 2
arrived direct 0
is "nothing bounced" "$(grep -c 'status=bounced' "$dir/postfix.log")" 0

done_testing
