#!/bin/bash
# Sendmail: what repgate's lines rely on. What is not asked about; a way that
# Sendmail does not know yet; mail that does not come by SMTP; a repgate that
# hangs; a directory that Sendmail takes for unsafe.
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../sendmail.sh"

# How Sendmail would send to somebody.
way_of() { # RECIPIENT
	sendmail -bv -f anna@ours.test "$1" | tail -n 1
}
asked_about() { # RECIPIENT
	log_count " gate: door=delivery .*to=<$1>"
}
patient_for_a_second() {
	sed 's/T=C:10s;S:10s;R:10s;E:30s/T=C:1s;S:1s;R:1s;E:1s/; s/-d5/-d1/'
}

sendmail_sandbox_start
printed_lines=patient_for_a_second
echo 'partner.test esmtp:[127.0.0.1]' >"$dir/mailertable"
more_mc=("FEATURE(\`mailertable', \`text -k0 -v1 $dir/mailertable')dnl")
list_address 203.0.113.5
gated_start
wait_for_log 'standing: egress=main .*to=listed'

features=$(sendmail -d0.1 -bv root)
like "Debian's Sendmail knows milters" "$features" '[[:space:]]MILTER[[:space:]]'
like "and maps on sockets" "$features" '[[:space:]]SOCKETMAP[[:space:]]'
is "a sender hears of a delay, and of an end" \
    "$(grep -oE '^O Timeout.queue(warn|return)=.*' "$dir/sendmail.cf" |
    sort)" $'O Timeout.queuereturn=5d\nO Timeout.queuewarn=4h'

like "a customer's mail" "$(way_of bob@customer.test)" \
    "mailer repgate-$smarthost_port, host \\[127.0.0.1\\]"
like "that to an address without a name" "$(way_of 'bob@[127.0.0.9]')" \
    'mailer esmtp, host \[127.0.0.1\]'
ok "a message to what the own mailertable knows" \
    send anna@ours.test pat@partner.test
arrived direct 1
is "about which the map is not asked" "$(asked_about pat@partner.test)" 0

ok "a message that does not come by SMTP" sendmail -Am -f anna@ours.test \
    dora@customer.test <<<$'Subject: hello\n\nGood day.'
arrived smarthost 1
is "the map is asked" "$(asked_about dora@customer.test)" 1
is "and not the milter" "$(log_count ' gate: qid=')" 1

kill -STOP "${pids[repgated]}"
ok "while repgate hangs a message is refused" \
    not send anna@ours.test bob@customer.test
like "for now, by the map" "$reply" '^451 .*map_lookup\(delivery\)'
kill -CONT "${pids[repgated]}"
ok "and then it is not" send anna@ours.test bob@customer.test
arrived smarthost 2

chmod 770 "$dir/gate"
ok "a message, with a directory that a group may write to" \
    send anna@ours.test bob@customer.test
arrived direct 2
chmod 755 "$dir/gate"

conf routes '( { name = "new"; nexthop = "smtp:";
    mailertable = "nosuch:[127.0.0.1]"; } )'
conf policy '( { name = "all"; then = "reroute"; via = [ "new" ]; } )'
write_conf
repgate reload >"$dir/reload.log"
ok "a message by a route that Sendmail does not know" \
    send anna@ours.test carl@customer.test
arrived direct 3
is "although the answer was that route" \
    "$(log_count ' gate: door=delivery .*via=new .*to=<carl@customer.test>')" 1
stop_server mx
ok "one that has to try again" send anna@ours.test 1carl@customer.test
ok "since nobody is there" wait_until is_refused
sink_start mx "$mx_port"
arrived direct 4

done_testing
