#!/bin/bash
# 300 messages are under way to companies at one receiver when that begins to
# refuse our address for good, which no list tells. None is returned, and each
# arrives once: those that are left go by the smarthost. A message to somebody
# else is not touched.
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../world.sh"

deadline=40
delivered() {
	{ messages outlook; messages smarthost; } | wc -l
}
some_delivered() {
	[ "$(delivered)" -ge 50 ]
}
world_open
ask_map
tell_replies
sandbox_start
microsoft_start 'free.test MX mx 60 10 mx.free.test
mx.free.test A a 60 127.0.0.30'
refusing_start free 127.0.0.30
repgate_start
wait_for_log 'standing: egress=main .*to=clean'

smtp-source -s 5 -m 300 -N -f anna@local.test -t bob@baker.test \
    "127.0.0.1:$smtp_port" &
source=$!
ok "some arrive" wait_until some_delivered
script outlook "rcpt $microsoft_block"
ok "all are accepted" wait $source
wait_for_log 'receiver: name="Microsoft 365" egress=main state=blocked from=open replies=[0-9]+ since=.* removal=https://'
said=$(repgate explain --from anna@local.test --to bob@baker.test)
like "explain finds out who takes the mail in" "$said" \
    'receiver +Microsoft 365: blocked since 2[^ ]*, removal: https://'
like "and what the map answers" "$said" \
    'rule +all: holds and decides.*answer +OK smtp:\[127.0.0.1\]:'
like "nobody else's moves" "$(repgate explain --from anna@local.test \
    --to c@free.test)" 'receiver +free.test: open.*action +pass'
ok "somebody else's arrives meanwhile" send anna@local.test c@free.test
ok "at the server of its own" wait_until message_at free
is "nothing is returned" "$(grep -c 'status=bounced' "$dir/postfix.log")" 0
ok "the queue says who, and with which words" grep -q \
    'status=deferred (repgate keeps this, Microsoft 365 blocks 203.0.113.5; host .*S3140' \
    "$dir/postfix.log"
ok "the queue empties" wait_until is_flushed
arrived free 1
is "all 300 arrived, while the receiver still blocks" "$(delivered)" 300
ok "by the smarthost where they had to" message_at smarthost
is "each once" "$({ messages outlook; messages smarthost; } |
    xargs grep -ha '^X-Rcpt-Args:' | sort -u | wc -l)" 300
is "none was returned" "$(grep -c 'status=bounced' "$dir/postfix.log")" 0
log_has ' gate: door=recipient action=reroute via=smarthost egress=main .*blocked-by="Microsoft 365"'
is "nobody got a bounce" "$(count_messages local)" 0

done_testing
