#!/bin/bash
# "repgate mta postfix" prints lines that Postfix takes, and then finds that
# nothing is missing; of each that is taken away it says so.
. "$(dirname "$0")/../sandbox.sh"

check() {
	repgate mta postfix --check --mta-config "$dir/postfix"
}
# The lines as printed, put in by Postfix's own program.
install_lines() {
	repgate mta postfix >"$dir/lines"
	grep -v '^#' "$dir/lines" | grep -E '^[a-z_]+ = ' | while read -r line; do
		postconf -c "$dir/postfix" -e "$line"
	done
	sed -n '/^smtp-second/,/^$/p; /^egress-probe/,/^$/p' "$dir/lines" \
	    >>"$dir/postfix/master.cf"
}

sandbox_start
conf reroute_by '"map"'
conf map "{ socket = \"unix:$dir/queue/repgate/map.sock\"; }"
conf routes '( { name = "second"; nexthop = "smtp-second:";
      addresses = [ "203.0.113.9" ]; } )'
conf probe '{ transport = "egress-probe:"; }'
conf policy '( { name = "x"; recipients = [ "x.test" ]; then = "wait"; },
    { name = "all"; then = "reroute"; via = [ "second" ]; } )'
write_conf
said=$(check)
is "it fails while lines are missing" $? 1
for key in sender_dependent_default_transport_maps transport_maps \
    smtp_delivery_status_filter \
    defer_transports 'smtp-second/unix in master.cf' \
    'egress-probe/unix in master.cf'; do
	like "missing: $key" "$said" "MISSING  $key"
done
like "already there: smtpd_milters" "$said" 'ok       smtpd_milters'

install_lines
said=$(check)
is "nothing is missing then" "$said $?" "${said//MISSING/nothing} 0"
like "Postfix knows the transport" \
    "$(postconf -c "$dir/postfix" -M smtp-second/unix)" 'smtp_bind_address'
like "and the one for probes" \
    "$(postconf -c "$dir/postfix" -M egress-probe/unix)" 'smtp_fallback_relay'
like "MAIL_CONFIG is heeded" \
    "$(MAIL_CONFIG=$dir/postfix repgate mta postfix --check)" \
    'ok       transport_maps'

postconf -c "$dir/postfix" -e 'milter_default_action = tempfail' \
    "smtpd_milters = unix:$dir/gate/milter.sock" \
    "non_smtpd_milters = { unix:$dir/gate/milter.sock, default_action=accept }"
said=$(check)
like "a milter that does not fail open" "$said" 'MISSING  smtpd_milters'
like "one that does" "$said" 'ok       non_smtpd_milters'
postconf -c "$dir/postfix" -e 'maximal_queue_lifetime = 1d'
like "mail would expire while it waits" "$(check)" \
    'MISSING  maximal_queue_lifetime'

conf reroute_by '"header"'
unset 'conf[probe]'
conf policy '( { name = "all"; then = "reroute"; via = [ "second" ]; } )'
write_conf
like "a route without its line in the table" "$(check)" \
    'MISSING  milter_header_checks'
echo '/^X-Repgate-Route: second$/ FILTER smtp-second:' >"$dir/postfix/routes"
like "and with it" "$(check)" 'ok       milter_header_checks'

done_testing
