#!/bin/bash
# Newsletters leave by an address of their own. When that one is listed, other
# mail is not moved; and the other way round.
. "$(dirname "$0")/../sandbox.sh"

sandbox_start
conf egress '(
	{ name = "news"; addresses = [ "203.0.113.6" ];
	  senders = [ "@news.test" ]; },
	{ name = "main"; addresses = [ "203.0.113.5" ]; } )'
list_address 203.0.113.6
repgate_start
wait_for_log 'standing: egress=news .*to=listed'

ok "a newsletter" send editor@news.test bob@customer.test
ok "a letter" send anna@ours.test bob@customer.test
arrived smarthost 1 '^X-Mail-Args: <editor@news.test>'
arrived smarthost 1
arrived direct 1 '^X-Mail-Args: <anna@ours.test>'

list_address 203.0.113.5
wait_for_log 'standing: egress=main .*to=listed'
delist_address 203.0.113.6
wait_for_log 'standing: egress=news .*to=clean'
ok "a newsletter" send editor@news.test bob@customer.test
ok "a letter" send anna@ours.test bob@customer.test
arrived smarthost 1 '^X-Mail-Args: <anna@ours.test>'
arrived direct 1 '^X-Mail-Args: <editor@news.test>'

done_testing
