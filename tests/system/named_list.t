#!/bin/bash
# A receiver refuses us by a list that is to be asked again in an hour. It is
# asked at once, and says so too.
. "$(dirname "$0")/../sandbox.sh"

refuse() { # QID
	printf '%s mail postfix/smtp[7]: %s: to=<bob@customer.test>, %s, %s\n' \
	    "$(date +%Y-%m-%dT%H:%M:%S%:z)" "$1" \
	    'relay=mx.customer.test[192.0.2.33]:25, delay=1, dsn=5.7.1' \
	    "status=bounced (host mx.customer.test[192.0.2.33] said: 554 5.7.1 \
Client host [203.0.113.5] blocked using bl.test)" >>"$dir/mail.log"
}

is_listed() {
	grep -q 'standing: egress=main .*to=listed' "$dir/repgated.log"
}

# CLEAN holds for an hour.
eval "$(declare -f write_zone | sed '1s/write_zone/write_short_zone/')"
write_zone() {
	write_short_zone "$1"
	sed -i 's/^\$SOA 1 \(.*\) 1$/$SOA 3600 \1 3600/' "$dir/zones/$1".ip?.new
}

sandbox_start
cp "$root/conf/receivers.conf" "$dir"
echo '@include "receivers.conf"' >>"$dir/providers.conf"
: >"$dir/mail.log"
conf mode '"monitor"'
conf dns "{ servers = [ \"127.0.0.1:$dns_port\" ]; timeout = \"500ms\";
    check_every = \"1h\"; check_min = \"1s\"; }"
conf maillog "( { file = \"$dir/mail.log\"; } )"
repgate_start
wait_for_log 'standing: egress=main .*to=clean'
list_address 203.0.113.5

deadline=4
ok "nothing is asked before there is a reason" not wait_until is_listed
deadline=20
refuse A1
ok "the list is asked when it is named" wait_until is_listed

done_testing
