#!/bin/bash
# A smarthost that is itself listed gets no mail: the next route of via does.
# Where none is left the mail waits; nothing bounces, and it leaves by itself
# when one of them is clean again. (Postfix keeps its answer for the last address
# for 30 seconds; so two wait.)
. "$(dirname "$0")/../sandbox.sh"

ask_map
master_cf+=('egress-wait unix - - n - - error')
main_cf+=('defer_transports = egress-wait' 'queue_run_delay = 2s')
sandbox_start
conf routes "(
  { name = \"smarthost\"; nexthop = \"smtp:[127.0.0.1]:$smarthost_port\";
    addresses = [ \"198.51.100.7\" ]; },
  { name = \"second\"; nexthop = \"smtp:[127.0.0.1]:$second_port\";
    addresses = [ \"198.51.100.8\", \"2001:db8::8\" ]; } )"
conf policy '( { name = "all"; then = "reroute";
  via = [ "smarthost", "second" ]; otherwise = "wait"; } )'
list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed .*action=reroute via=smarthost'
ok "a message is accepted" send anna@ours.test bob@customer.test
arrived smarthost 1

list_address 198.51.100.7
wait_for_log 'answer: route=smarthost address=198.51.100.7 list=bl .*result=LISTED'
wait_for_log 'route: name=smarthost state=unusable cause="198.51.100.7 is listed by Example BL SPAM"'
ok "another one" send anna@ours.test carl@customer.test
arrived second 1
arrived smarthost 1
like "status tells" "$(repgate status)" \
    'smarthost .* unusable .*198.51.100.7 is listed by Example BL SPAM'
like "explain tells" \
    "$(repgate explain --from anna@ours.test --to x@customer.test)" \
    'smarthost: passed over: 198.51.100.7 is listed'

list_address 2001:db8::8
wait_for_log 'route: name=second state=unusable cause="2001:db8::8 is listed by Example BL SPAM"'
ok "a third one" send anna@ours.test dora@customer.test emil@customer.test
waits() {
	mail_queue | grep -q emil@customer.test
}
wait_until waits
like "the map makes it wait" "$(ask sender anna@ours.test)" '^egress-wait:'

delist_address 198.51.100.7
wait_for_log 'route: name=smarthost state=usable since=20'
arrived smarthost 2
arrived smarthost 1 'X-Rcpt-Args: <emil@customer.test>'
arrived second 1
arrived direct 0
is "nothing bounced" "$(grep -c 'status=bounced' "$dir/postfix.log")" 0

done_testing
