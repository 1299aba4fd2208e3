#!/bin/bash
# Without arguments the configured egresses are checked, by the weights and the
# servers of the configuration, and against a real DNSBL server.
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../lies.sh"

sandbox_open rbldnsd perl flock
providers_conf >"$dir/providers.conf"
usual_conf
conf egress '( { name = "main"; addresses = [ "203.0.113.5", "2001:db8::5" ];
    senders = [ "@a.test" ]; },
  { name = "news"; addresses = [ "203.0.113.6" ]; } )'
conf lists '( { list = "bl"; weight = 2; } )'
conf listed_at 2
write_conf
prepare_zones
dns_start

configured() { # ARGUMENT...
	status=0
	repgate check "$@" >"$dir/out" 2>&1 || status=$?
	out=$(cat "$dir/out")
}

# shellcheck disable=SC2317 # wait_until calls it
exits() { # STATUS
	local status
	configured
	[ "$status" = "$1" ]
}

configured
is "clean" $status 0
like "each egress is named" "$out" \
    '203.0.113.5 \(egress main\).*2001:db8::5 \(egress main\).*203.0.113.6 \(egress news\)'
list_address 203.0.113.6 other.test
ok "a list that is not configured only tells" wait_until exits 1
list_address 2001:db8::5
ok "a configured list counts" wait_until exits 2
like "who" "$out" '1\. Example BL SPAM lists 2001:db8::5'
configured 203.0.113.5
is "an argument is checked alone" $status 0
repgate check --plugin >"$dir/out"
like "monitoring without arguments" "$(cat "$dir/out")" \
    '^REPGATE CRITICAL - 2001:db8::5 is listed by Example BL SPAM; 203.0.113.6 is listed by Other List OTHER '

echo 'nonsense = 1;' >>"$dir/repgate.conf"
configured
is "no egresses without a good configuration" $status 3
like "what is wrong is told" "$out" 'repgate.conf:[0-9]+: error:'
done_testing
