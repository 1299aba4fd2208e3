#!/bin/bash
# How far the direct way is tried again is not forgotten: not when egresses
# change their places in the configuration, nor when the daemon is started anew,
# which then goes on from there; and a block at that step begins again with the
# rest.
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../world.sh"

deadline=40
main='{ name = "main"; addresses = [ "203.0.113.5" ]; }'
news='{ name = "news"; addresses = [ "203.0.113.6" ]; mailers = [ "smtp-news" ]; }'
bulk='{ name = "bulk"; addresses = [ "203.0.113.7" ]; mailers = [ "smtp-bulk" ]; }'
sent=0
send_one() {
	sent=$((sent + 1))
	send anna@local.test "b$sent@baker.test"
}
probes() { # AFTER EVERY
	conf probe "{ transport = \"egress-probe:\"; after = \"$1\"; every = \"$2\"; }"
}
reload() {
	write_conf
	repgate reload >"$dir/reload.log" 2>&1
}
stage() {
	repgate status --json 2>/dev/null | perl -MJSON::PP -e '
		my ($ms) = grep { $_->{name} eq "Microsoft 365" }
		    @{decode_json(join "", <STDIN>)->{receivers}};
		print "$ms->{egress} $ms->{state} $ms->{probe}"'
}

probes_open
sandbox_start
microsoft_start
script outlook "rcpt $microsoft_block"
conf egress "( $news, $main )"
conf maillog "( { file = \"$dir/postfix.log\"; egress = \"main\"; } )"
conf on_block '"/usr/sbin/postqueue -i {qid}"'
probes 1s 1s
repgate_start
wait_for_log 'standing: egress=main .*to=clean'

ok "the receiver blocks us" \
    send_until 'receiver: name="Microsoft 365" egress=main state=blocked'
script outlook
ok "and takes mail again" send_until 'probe: .* egress=main stage=few from=one'
probes 1h 1h
conf egress "( $bulk, $news, $main )"
ok "egresses change their places" reload
before=$(stage)
like "it is known how far it was" "$before" 'main blocked (few|some)'
rests=$(log_count 'probe: .*from=rest')
repgate_stop
repgate_start
is "also after a restart" "$(stage)" "$before"
probes 1s 1s
ok "time goes on" reload
ok "and mail goes on from there" \
    send_until 'probe: .* egress=main stage=all from=some'
is "not from the rest" "$(log_count 'probe: .*from=rest')" "$rests"
script outlook "rcpt $microsoft_block"
ok "a block ends it" \
    send_until 'probe: .* egress=main stage=rest from=all share=0 .*pause='
is "nothing was returned" "$(grep -c 'status=bounced' "$dir/postfix.log")" 0

done_testing
