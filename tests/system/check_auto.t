#!/bin/bash
# Without arguments, of an egress whose addresses are "auto", repgate check asks
# the network which address it sees.
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../lies.sh"

lies_open
usual_conf
conf egress '( { name = "main"; addresses = "auto"; } )'
conf lists '( { list = "a-test"; } )'
conf discovery "{ services = (
	{ id = \"one\"; server = \"127.0.0.1:$dns_port\"; name = \"one.me\"; },
	{ id = \"two\"; server = \"127.0.0.1:$dns_port\"; name = \"two.me\";
	  type = \"TXT\"; } ); }"
write_conf

seen_as() { # A TXT
	: >"$dir/directory"
	lies a.test <<-END
	one.me A $1
	two.me TXT $2
	zone a.test lists 203.0.113.5
	END
}

seen_as 'a 60 203.0.113.5' 'txt 60 203.0.113.5'
check
is "the address that services agree on" \
    "$status $(grep -c '^203.0.113.5 (egress main): listed' "$dir/out")" "2 1"
check --json 203.0.113.9
is "is not sought when others are named" "$status $(questions 'one\.me')" "0 1"

seen_as 'a 60 203.0.113.5' 'txt 60 203.0.113.6'
check
is "without agreement" $status 3
like "there is none, and why" "$out" \
    'note: egress main: the address that the network sees could not be found: one says 203.0.113.5; two says 203.0.113.6'

seen_as drop drop
check --deadline 1s
is "without an answer" $status 3
like "it says so" "$out" 'could not be found: '
done_testing
