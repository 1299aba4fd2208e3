#!/bin/bash
# `repgate replay` reads a log of Postfix as it is: who refused us and why, and
# what has nothing to do with us.
. "$(dirname "$0")/../sandbox.sh"

replay() {
	"$repgate" replay --providers "$root/conf/providers.conf" "$@"
}

says() { # PATTERN COMMAND...
	local pattern=$1
	shift
	"$@" | grep -Eq "$pattern"
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
cat >"$log" <<'END'
Nov 21 03:12:00 mail postfix/smtp[1]: A1: to=<a@x.example>, relay=x-example.mail.protection.outlook.com[203.0.113.33]:25, delay=1, delays=0/0/1/0, dsn=5.7.606, status=bounced (host x-example.mail.protection.outlook.com[203.0.113.33] said: 550 5.7.606 Access denied, banned sending IP [192.0.2.10]. See https://sender.office.com/ (in reply to RCPT TO command))
Nov 21 03:13:00 mail postfix/smtp[1]: A1: to=<b@x.example>, relay=x-example.mail.protection.outlook.com[203.0.113.33]:25, delay=1, delays=0/0/1/0, dsn=5.7.606, status=bounced (host x-example.mail.protection.outlook.com[203.0.113.33] said: 550 5.7.606 Access denied, banned sending IP [192.0.2.10]. See https://sender.office.com/ (in reply to RCPT TO command))
Nov 21 03:14:00 mail postfix/smtp[1]: A2: to=<b@y.example>, relay=mx.y.example[203.0.113.34]:25, delay=1, delays=0/0/1/0, dsn=5.7.1, status=bounced (host mx.y.example[203.0.113.34] said: 554 5.7.1 Client host [198.51.100.7] blocked using zen.spamhaus.org (in reply to RCPT TO command))
Nov 21 03:15:00 mail postfix/smtp[1]: A3: to=<c@y.example>, relay=mx.y.example[203.0.113.34]:25, delay=1, delays=0/0/1/0, dsn=5.1.1, status=bounced (host mx.y.example[203.0.113.34] said: 550 5.1.1 user unknown (in reply to RCPT TO command))
Nov 21 03:16:00 mail postfix/smtp[1]: A4: to=<d@y.example>, relay=mx.y.example[203.0.113.34]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 ok)
END

ok "it names who blocks us, and for how many" says \
    '^Microsoft 365 +blocks our address +20[0-9-]+-11-21 03:12 +20[0-9-]+-11-21 03:13 +1 +2 ' \
    replay --ours 192.0.2.10 "$log"
ok "it says where to ask for removal" says \
    '^  removal  https://sender.office.com/$' replay "$log"
not says 'y\.example .*blocks' replay --ours 192.0.2.10 "$log"
report $? "a block of another address is not ours"
ok "without our address it is taken for ours" says \
    '^y.example .*blocks our address.*Spamhaus ZEN' replay "$log"
is "JSON has the keys that were promised" \
    "$(replay --json --ours 192.0.2.10 "$log" | perl -MJSON::PP -e '
	my $all = decode_json(join "", <STDIN>);
	print join ",", sort(keys %$all), sort keys %{$all->{receivers}[0]}')" \
    classes,receivers,class,first,last,lists,messages,receiver,recipients,removal,sample
is "one object for each attempt" \
    "$(replay --each --ours 192.0.2.10 "$log" | sed -n 3p)" \
    '{"line":3,"qid":"A2","to":"b@y.example","relay":"mx.y.example","status":"bounced","receiver":"y.example","class":"unrelated","list":null,"quotes":"198.51.100.7","ours":false}'
is "standard input and gzip are the same log" \
    "$(gzip -c "$log" | replay --json -)" "$(replay --json "$log")"
not replay "$log" /nonexistent >/dev/null 2>&1
report $? "a file that cannot be read ends in an error"
ok "a log of something else is said to be that" says \
    'No attempt to deliver' replay "$root/README.md"

done_testing
