#!/bin/bash
# A journal comes through a FIFO, and the parts of it that the instances of
# Postfix write count for the egress that each sends by. What is old, what went
# by a route of ours, and what quotes somebody else counts for nobody.
. "$(dirname "$0")/../sandbox.sh"

# attempt PROGRAM QID RELAY STATUS [AGE]: one line as journalctl -o short-iso
# has it.
attempt() {
	printf '%s mail %s[7]: %s: to=<bob@customer.test>, relay=%s, %s\n' \
	    "$(date -d "${5:-0} seconds ago" +%Y-%m-%dT%H:%M:%S%z)" \
	    "$1/smtp" "$2" "$3" "delay=1, delays=0/0/1/0, dsn=5.7.1, $4"
}

refusal() { # HOST WORDS
	echo "status=bounced (host $1 said: $2 (in reply to MAIL FROM command))"
}

in_status() { # KEY
	repgate status --json 2>/dev/null | perl -MJSON::PP -e '
		my $log = decode_json(join("", <STDIN>) || "{}")->{maillogs}[0];
		print $log->{$ARGV[0]} // "-"' "$1"
}

has() { # KEY NUMBER
	[ "$(in_status "$1")" = "$2" ]
}

sandbox_start
cp "$root/conf/receivers.conf" "$dir"
echo '@include "receivers.conf"' >>"$dir/providers.conf"
conf mode '"monitor"'
conf egress '( { name = "news"; addresses = [ "203.0.113.6" ];
    senders = [ "@news.test" ]; },
  { name = "main"; addresses = [ "203.0.113.5" ]; } )'
conf maillog "( { file = \"$dir/fifo\"; egress = \"main\"; },
  { file = \"$dir/fifo\"; syslog_name = \"postfix-news\"; egress = \"news\"; },
  { file = \"$dir/fifo\"; syslog_name = \"postfix/second\";
    route = \"smarthost\"; } )"
conf receivers '{ block_after = 3; clear_after = 2; }'
mkfifo "$dir/fifo"
repgate_start
exec {fifo}>"$dir/fifo"

mx='x-test.mail.protection.outlook.com[192.0.2.33]'
block=$(refusal "$mx" '550 5.7.606 Access denied, banned sending IP [203.0.113.6]')
other=$(refusal "$mx" '550 5.7.606 Access denied, banned sending IP [198.51.100.1]')
unknown=$(refusal "$mx" '550 5.1.1 user unknown')
for n in 1 2 3; do
	attempt postfix/second "A$n" "$mx:25" "$block"
	attempt postfix-news "B$n" "$mx:25" "$block" 7200
	attempt postfix-news "C$n" "$mx:25" "$other"
	attempt postfix-news "D$n" "$mx:25" "$unknown"
done >&"$fifo"
attempt postfix-news E1 "$mx:25" "$block" >&"$fifo"
attempt postfix-news E1 "$mx:25" "$block" >&"$fifo"
attempt postfix-news E2 "$mx:25" "$block" >&"$fifo"
ok "all attempts are read" wait_until has attempts 15
ok "those of today and of no route are weighed" wait_until has counted 9
is "old ones are not" "$(in_status stale)" 3
log_lacks ' receiver: '
attempt postfix-news E3 "$mx:25" "$block" >&"$fifo"
wait_for_log 'receiver: name="Microsoft 365" egress=news .*state=blocked'
log_lacks 'receiver: .* egress=main '

# The route's server took it, not the receiver; but then the receiver did.
sent='status=sent (250 2.0.0 Ok)'
for n in 1 2 3; do
	attempt postfix-news "F$n" "127.0.0.1[127.0.0.1]:$smarthost_port" "$sent"
done >&"$fifo"
attempt postfix-news G1 "$mx:25" "$sent" >&"$fifo"
ok "the route's are no deliveries" wait_until has counted 11
log_lacks 'receiver: .*state=open'
attempt postfix-news G2 "$mx:25" "$sent" >&"$fifo"
wait_for_log 'receiver: name="Microsoft 365" egress=news .*state=open'

# Its own writer comes back, in the middle of a line.
printf 'half a line' >&"$fifo"
exec {fifo}>&-
wait_until has attempts 21
exec {fifo}>"$dir/fifo"
attempt postfix-news H1 "$mx:25" "$sent" >&"$fifo"
ok "another writer is heard" wait_until has counted 13
exec {fifo}>&-

done_testing
