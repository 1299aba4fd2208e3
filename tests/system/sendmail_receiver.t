#!/bin/bash
# Sendmail: a receiver blocks us, which no list tells. Sendmail's own log does:
# what was refused by then is returned, as nothing asks repgate about that; all
# after it goes by the smarthost.
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../sendmail.sh"

sendmail_sandbox_start
cp "$root/conf/receivers.conf" "$dir"
echo '@include "receivers.conf"' >>"$dir/providers.conf"
conf receivers '{ block_after = 3; }'
conf maillog "( { file = \"$dir/syslog.log\"; } )"
# The log has no ports, and here all servers have one address.
conf routes "( { name = \"smarthost\";
    nexthop = \"smtp:[localhost]:$smarthost_port\"; } )"
gated_start
wait_for_log 'standing: egress=main .*to=clean'

stop_server mx
start_server mx smtp-sink -u nobody -f RCPT \
    -B '550 5.7.1 Client host [203.0.113.5] is on our block list' \
    "127.0.0.1:$mx_port" 1000
wait_until listening "$mx_port" || give_up "the mx does not start"
for who in 1bob 2bob 3bob; do
	ok "a message to $who" send anna@local.test "$who@customer.test"
done
wait_for_log 'receiver: name=127.0.0.1 egress=main state=blocked .*replies=3'
arrived local 3 '550 5.7.1 Client host \[203.0.113.5\] is on our block list'
like "the log has the words" "$(grep 'to=<1bob' "$dir/syslog.log")" \
    'dsn=5.7.1, reply=550 5.7.1 Client host'

ok "one more" send anna@local.test 4bob@customer.test
wait_for_log ' gate: door=delivery action=reroute via=smarthost egress=main .*to=<4bob@customer.test>'
arrived smarthost 1 '^X-Rcpt-Args: <4bob@customer.test>'
arrived local 3

done_testing
