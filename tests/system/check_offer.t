#!/bin/bash
# repgate check --routes asks Postfix what it will use with the server of each
# route, and that server whether it offers it.
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../lies.sh"

sandbox_open postconf postmap perl flock
# An SMTP server that offers ARGUMENTs after PORT, and to nobody anything else.
serve() { # NAME PORT OFFER...
	local name=$1
	shift
	start_server "$name" perl -MIO::Socket::INET -e '
		$SIG{CHLD} = "IGNORE";
		my $port = shift;
		my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1",
		    LocalPort => $port, Listen => 9, ReuseAddr => 1) or die;
		while (my $c = $s->accept) {
			next if fork;
			print $c "220 here\r\n";
			while (<$c>) {
				print $c map({ "250-$_\r\n" } "here", @ARGV),
				    "250 HELP\r\n" if /^EHLO/;
				print $c "221 bye\r\n" and exit if /^QUIT/;
			}
			exit;
		}' "$@"
	wait_until listening "$1" || give_up "$name does not start"
}
serve all "$mx_port" STARTTLS "AUTH PLAIN LOGIN"
serve tls "$smarthost_port" STARTTLS
serve none "$second_port" XAUTH STARTTLSX

mkdir "$dir/pf"
export MAIL_CONFIG=$dir/pf
postfix_is() { # SETTING...
	printf '%s\n' 'compatibility_level = 3.6' "queue_directory = $dir/queue" \
	    "smtp_sasl_password_maps = texthash:$dir/pf/logins" "$@" \
	    >"$dir/pf/main.cf"
}
echo "[127.0.0.1]:$mx_port us:secret
[127.0.0.1]:$smarthost_port us:secret
[127.0.0.1]:$second_port us:secret" >"$dir/pf/logins"
printf '%s\n' 'smtp unix - - n - - smtp' 'plain unix - - n - - smtp' \
    '  -o smtp_tls_security_level=may' >"$dir/pf/master.cf"

providers_conf >"$dir/providers.conf"
usual_conf
conf dns "{ servers = [ \"127.0.0.1:$dns_port\" ]; timeout = \"200ms\";
    tries = 1; }"
conf routes "(
  { name = \"all\"; nexthop = \"smtp:[127.0.0.1]:$mx_port\"; },
  { name = \"tls\"; nexthop = \"smtp:[127.0.0.1]:$smarthost_port\"; },
  { name = \"none\"; nexthop = \"smtp:[127.0.0.1]:$second_port\"; },
  { name = \"plain\"; nexthop = \"plain:[127.0.0.1]:$second_port\"; },
  { name = \"dead\"; nexthop = \"smtp:[127.0.0.1]:$smtp_port\"; },
  { name = \"own\"; nexthop = \"second:\"; } )"
conf policy '( { name = "all"; then = "reroute"; via = [ "all" ]; } )'
write_conf
inspect() {
	status=0
	repgate check --routes >"$dir/out" 2>"$dir/err" || status=$?
}
row_of() { # ROUTE CHECK
	sed -nE "s/^$1 +$2 +[^ ]+ +//p" "$dir/out" | sed 's/  */ /; s/ *$//'
}

postfix_is 'smtp_tls_security_level = encrypt'
inspect
is "STARTTLS is there" "$(row_of all TLS) $(row_of tls TLS)" "GOOD - GOOD -"
is "or it is not" "$(row_of none TLS)" \
    "BAD not offered, and Postfix is set to use it"
is "a transport of its own" "$(row_of plain TLS)" ""
like "a server that is not there" "$(row_of dead TLS)" \
    '^UNKNOWN 127.0.0.1 port [0-9]+: Connection refused$'
is "a route without a server" "$(row_of own TLS)" ""
is "no logins" "$(grep -c AUTH "$dir/out")" 0
is "status" $status 1

postfix_is 'smtp_sasl_auth_enable = yes' 'smtp_tls_security_level = may'
inspect
is "AUTH is there" "$(row_of all AUTH)" "GOOD -"
is "it may be behind TLS" "$(row_of tls AUTH)" \
    "UNKNOWN not offered before TLS; what is after it is not seen"
is "it is not" "$(row_of none AUTH)" \
    "BAD not offered, and Postfix is set to use it"
is "TLS is not demanded" "$(grep -c TLS "$dir/out")" 1
is "a nexthop without a login" "$(row_of dead AUTH)" ""
is "no secret is shown" "$(grep -c secret "$dir/out" "$dir/err" | tr '\n' ' ')" \
    "$dir/out:0 $dir/err:0 "

kill -STOP "${pids[all]}"
took=$SECONDS
status=0
repgate check --routes --deadline 1s >"$dir/out" 2>"$dir/err" || status=$?
is "a server that says nothing" "$(row_of all AUTH)" \
    "UNKNOWN no answer in time"
ok "does not hold it up" [ $((SECONDS - took)) -le 3 ]
kill -CONT "${pids[all]}"
done_testing
