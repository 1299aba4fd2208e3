# shellcheck shell=bash disable=SC2154 # what is of inside and sandbox.sh
#
# The egress is listed: mail in Postfix's chroot takes the other way.

postfix_lines() {
	repgate mta postfix | grep -vE '^(#|$)' >>/etc/postfix/main.cf
}

follows() {
	repgate status | grep -q '^/var/log/mail.log .* -$'
}

waits() {
	[ -n "$(find /var/spool/postfix/deferred -type f)" ]
}

none_is_held() {
	[ "$(count_messages held)" = 0 ]
}

refusals() {
	grep -cE 'NOQUEUE|: 4[0-9][0-9] |status=deferred|lookup error' \
	    /var/log/mail.log
}

world_start
providers_conf >/etc/repgate/providers.conf
cat >/etc/repgate/repgate.conf <<-END
	mode = "monitor";
	providers = "providers.conf";
	dns: { servers = [ "127.0.0.1:$dns_port" ]; timeout = "3s"; tries = 1;
	    check_every = "2s"; check_min = "1s"; };
	egress = ( { name = "main"; addresses = [ "203.0.113.5" ]; } );
	lists = ( { list = "bl"; weight = 1; } );
	listed_at = 1;
	confirm = 1;
	clear_after = "1s";
	reroute_by = "map";
	map: { socket = "unix:$sockets/map.sock"; };
	store = "/var/lib/repgate/state.db";
	routes = ( { name = "smarthost";
	    nexthop = "smtp:[127.0.0.1]:$smarthost_port"; } );
	policy = (
	    { name = "kept"; senders = [ "held@ours.test" ]; then = "hold"; },
	    { name = "parked"; senders = [ "wait@ours.test" ]; then = "wait"; },
	    { name = "all"; then = "reroute"; via = [ "smarthost" ]; } );
END
ok "the configuration is good" repgated --user repgate --check-config
from_now
ok "it reloads" systemctl reload repgated
says 'reload: .* taken over'
postfix_lines
ok "Postfix has its lines" repgate mta postfix --check
postfix reload 2>/dev/null
is "smtpd is in a chroot" "$(postconf -F smtp/inet/chroot)" \
    'smtp/inet/chroot = y'

ok "mail is taken in" send anna@ours.test bob@customer.test
arrived direct 1
setting mode '"enforce"'
list_address 203.0.113.5
ok "it is told to act" systemctl reload repgated
says 'standing: egress=main .*to=listed .*blocked-by="Example BL SPAM"'
# Of bob Postfix still knows what the map said before.
ok "mail is taken in" send anna@ours.test eve@customer.test
arrived smarthost 1
says 'gate: qid=.* action=reroute via=smarthost .*mode=enforce'
ok "mail of sendmail(1) too" send_by_command anna@ours.test fay@customer.test
arrived smarthost 2

ok "mail is held" send held@ours.test carl@customer.test
wait_until message_at held
is "in Postfix's queue" "$(count_messages held)" 1
like "and shown" "$(repgate held)" 'carl@customer.test|held@ours.test'

note "the daemon is killed, and replaced, under mail"
send_many 4 60 &
sender=$!
another kill -KILL "$(daemon_pid)"
another systemctl restart repgated
ok "each message is taken" wait $sender
arrived smarthost 62
arrived direct 1
is "no 4xx, nothing put off" "$(refusals)" 0

note "the mail log, and what waits"
setting maillog '( { file = "/var/log/mail.log"; } )'
setting on_clear '"/usr/sbin/postqueue -f"'
postconf -e 'defer_transports = egress-wait' 'queue_run_delay = 1h' \
    'minimal_backoff_time = 1h' 'maximal_backoff_time = 2h'
postfix reload 2>/dev/null
from_now
systemctl reload repgated
says 'maillog: /var/log/mail.log: Permission denied'
adduser --quiet repgate adm
adduser --quiet repgate postdrop
another systemctl restart repgated
ok "with two groups more it follows the log" wait_until follows
ok "mail is to wait" send wait@ours.test dora@customer.test
ok "it waits" wait_until waits
from_now
delist_address 203.0.113.5
says 'standing: egress=main .*to=clean'
says 'on_clear: /usr/sbin/postqueue was run'
ok "what waited has left" wait_until arrives direct dora
systemctl start repgate-release.timer
ok "the timer lets go what was held" wait_until none_is_held
postqueue -f
ok "and it leaves" wait_until arrives direct carl
is "each directly" "$(count_messages direct)" 3
