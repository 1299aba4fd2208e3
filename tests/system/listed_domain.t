#!/bin/bash
# A sender domain that a list has is held, whatever the address does; others
# pass. It is looked up once it was seen, so the first message passes.
. "$(dirname "$0")/../sandbox.sh"

domain_version=1100000000

list_domains() { # DOMAIN...
	domain_version=$((domain_version + 1))
	{
		echo "\$SOA 1 ns.dbl.test admin.dbl.test 0 60 60 60 1"
		echo "\$TTL 1"
		echo ':127.0.1.2:spams'
		printf '%s\n' test "$@"
	} >"$dir/zones/dbl.new"
	touch -d "@$domain_version" "$dir/zones/dbl.new"
	mv "$dir/zones/dbl.new" "$dir/zones/dbl"
	[ -z "${pids[dns]:-}" ] || kill -HUP "${pids[dns]}"
}

sandbox_start
dns_stop
list_domains bad.test news.test
start_server dns rbldnsd -n -c 0 -u nobody -w "$dir/zones" \
    -b "127.0.0.1/$dns_port" bl.test:ip4set:bl.test.ip4 \
    dbl.test:dnset:dbl
wait_until dns_answers
sed -i '$d' "$dir/providers.conf"
cat >>"$dir/providers.conf" <<'END'
  , { id = "dbl"; provider = "Example DBL"; zone = "dbl.test";
    subjects = [ "domain" ];
    codes = ( { answer = "127.0.1.2"; name = "SPAM"; } );
    removal = "https://dbl.test/?d={subject}"; } );
END
conf lists '( { list = "bl"; }, { list = "dbl"; } )'
conf domains '[ "ours.test" ]'
conf policy '( { name = "domain"; sender_domain = "listed"; then = "hold"; },
    { name = "all"; then = "reroute"; via = [ "smarthost" ]; } )'
repgate_start
wait_for_log 'standing: domain=ours.test from=unknown to=clean'
ok "a clean domain" send anna@ours.test bob@customer.test
arrived direct 1

ok "an unseen domain" send eve@bad.test bob@customer.test
arrived direct 2
wait_for_log 'answer: domain=bad.test list=dbl .*result=LISTED'
wait_for_log 'standing: domain=bad.test from=unknown to=listed weight=1 blocked-by="Example DBL SPAM" answered=1 of=1 action=hold removal="https://dbl.test/\?d=bad.test"'
ok "a listed domain" send eve@bad.test bob@customer.test
wait_for_log ' gate: .*action=hold egress=main domain=bad.test blocked-by="Example DBL SPAM" rule=domain from=<eve@bad.test>'
arrived held 1
ok "another domain" send anna@ours.test bob@customer.test
arrived direct 3
like "status knows it" "$(repgate status --json)" '"domain": ?"bad.test"'

# By its registrable domain.
ok "a subdomain" send eve@a.news.test bob@customer.test
wait_for_log 'standing: domain=a.news.test .*to=listed .*listed=news.test'
ok "a subdomain" send eve@a.news.test bob@customer.test
wait_for_log ' gate: .*domain=news.test .*from=<eve@a.news.test>'
arrived held 2

repgate_kill
kill -STOP "${pids[dns]}"
repgate_start
ok "both are held after a restart too, without DNS" \
    send eve@bad.test bob@customer.test
ok "also the subdomain" send eve@a.news.test bob@customer.test
arrived held 4
kill -CONT "${pids[dns]}"
is "which was no change" "$(log_count 'standing: domain=.*to=listed')" 2

# Both rules are there: the address decides for those that are clean.
list_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=listed'
ok "a clean domain" send anna@ours.test bob@customer.test
ok "a listed domain" send eve@bad.test bob@customer.test
arrived smarthost 1
arrived held 5

list_domains news.test
wait_for_log 'standing: domain=bad.test from=listed to=clean'
ok "it is clean again" send eve@bad.test bob@customer.test
arrived smarthost 2

done_testing
