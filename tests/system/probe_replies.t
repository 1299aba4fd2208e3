#!/bin/bash
# What the table of the transport for probes makes of replies: those that may be
# about our address are turned into "not now", and no others.
. "$(dirname "$0")/../sandbox.sh"

sandbox_open postmap
mkdir "$dir/postfix"
echo 'compatibility_level = 3.6' >"$dir/postfix/main.cf"

filter() {
	MAIL_CONFIG=$dir/postfix postmap -q "$1" \
	    "regexp:$root/contrib/postfix/repgate_replies"
}

while IFS='|' read -r reply want; do
	is "$reply" "$(filter "$reply")" "$want"
done <<'END'
550 5.7.1 messages from [203.0.113.5] were not sent|450 4.7.1 messages from [203.0.113.5] were not sent
550-5.7.606 Access denied, banned sending IP|450-4.7.606 Access denied, banned sending IP
554 5.7.1 Client host [203.0.113.5] blocked using bl.test|454 4.7.1 Client host [203.0.113.5] blocked using bl.test
554 Your address is on our block list|454 Your address is on our block list
553 sorry, your server has a poor reputation|453 sorry, your server has a poor reputation
550 5.0.0 Go away, spammer|450 4.0.0 Go away, spammer
550 5.1.1 User unknown|
550 User unknown, message rejected|
550 5.7.1 user unknown|
550 No such recipient here, access denied|
550 5.4.1 Recipient address rejected: Access denied|
552 5.2.2 Mailbox full|
552 5.3.4 Message too big for system policy|
550 Requested action not taken: mailbox unavailable|
451 4.7.1 Greylisted|
250 2.0.0 Ok: not blocked|
220 mx.example ESMTP no spam|
END
done_testing
