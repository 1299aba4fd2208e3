#!/bin/bash
# No question that we make up ourselves has a label of other bytes than letters
# and digits: some name servers answer those with SERVFAIL, and a good list
# would look dead.
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../lies.sh"

lies_open
list a.test
list d.test 'subjects = [ "domain" ];'
lies <<'END'
zone a.test lists
dbltest.com.d.test A a 60 127.0.0.2
test.d.test A a 60 127.0.0.2
* * nxdomain 60 60
END
mkdir "$dir/gate"
: >"$dir/repgated.log"
usual_conf
conf lists '( { list = "a-test"; }, { list = "d-test"; } )'
conf egress '( { name = "main";
    addresses = [ "203.0.113.5", "2001:db8::5" ]; } )'
conf domains '[ "example.com" ]'
repgate_start
wait_for_log 'standing: egress=main .*to=clean'
asked() { # REGEX COUNT
	[ "$(questions "$1")" -ge "$2" ]
}
ok "the resolver is tested" wait_until asked 'repgate[0-9a-f]+\.(invalid|a\.test)$' 2
ok "the lists are" wait_until asked '\.a\.test$' 6
ok "those of domains too" wait_until asked '\.d\.test$' 3
is "with plain names" "$(grep -vE '^[A-Z]+ [a-z0-9.]+$' "$dir/questions")" ""
done_testing
