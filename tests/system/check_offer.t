#!/bin/bash
# repgate check --routes asks Postfix what it will use with the server of each
# route, and that server whether it offers it: before TLS, after STARTTLS, or by
# TLS from the first byte on. The servers are Postfix's own; the daemon warns of
# the same.
# shellcheck disable=SC2016 # $_ is of perl
. "$(dirname "$0")/../sandbox.sh"

command -v openssl >/dev/null || give_up "openssl is missing; try: make deps"
tls_port="" wrapped_port="" plain_port=""
# Where Postfix asks which mechanisms there are, as Dovecot tells it.
mechanisms_start() {
	mkdir -p "$dir/servers"
	chmod 755 "$dir/servers"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -subj /CN=nobody.test -days 2 -keyout "$dir/servers/key" \
	    -out "$dir/servers/cert" 2>/dev/null
	start_server mechanisms perl -MIO::Socket::UNIX -e '
		$SIG{CHLD} = "IGNORE";
		my $s = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 9);
		chmod 0666, $ARGV[0];
		while (my $c = $s->accept) {
			next if fork;
			print $c "VERSION\t1\t1\nMECH\tPLAIN\tplaintext\n",
			    "MECH\tLOGIN\tplaintext\n",
			    "SPID\t1\nCUID\t1\nCOOKIE\tff\nDONE\n";
			$c->flush;
			1 while <$c>;
			exit;
		}' "$dir/servers/auth"
	wait_until test -S "$dir/servers/auth"
}
servers() {
	local tls="-o smtpd_tls_cert_file=$dir/servers/cert
	    -o smtpd_tls_key_file=$dir/servers/key"
	local auth="-o smtpd_sasl_auth_enable=yes -o smtpd_sasl_type=dovecot
	    -o smtpd_sasl_path=$dir/servers/auth"
	local inet='inet n - n - - smtpd -o smtpd_milters='
	tls_port=$((smtp_port + 5)) wrapped_port=$((smtp_port + 6))
	plain_port=$((smtp_port + 7))
	master_cf+=('tlsmgr unix - - n - 1 tlsmgr'
	"127.0.0.1:$tls_port $inet $tls $auth
	    -o smtpd_tls_security_level=may -o smtpd_tls_auth_only=yes"
	"127.0.0.1:$wrapped_port $inet $tls $auth -o smtpd_tls_wrappermode=yes"
	"127.0.0.1:$plain_port $inet $auth"
	'open unix - - n - - smtp -o smtp_tls_security_level=none
	    -o smtp_sasl_security_options=noanonymous'
	'wrap unix - - n - - smtp -o smtp_tls_wrappermode=yes
	    -o smtp_tls_security_level=encrypt')
}
before_postfix() {
	mechanisms_start
	servers
}
before_postfix=before_postfix
sandbox_start

export MAIL_CONFIG=$dir/postfix
cp "$dir/postfix/main.cf" "$dir/main.cf"
postfix_is() { # SETTING...: what runs does not hear of it, and need not
	printf '%s\n' "smtp_sasl_password_maps = texthash:$dir/postfix/logins" \
	    "$@" | cat "$dir/main.cf" - >"$dir/postfix/main.cf"
	touch -d '1 minute ago' "$dir"/postfix/*
}
for port in $tls_port $wrapped_port $plain_port $smtp_port; do
	echo "[127.0.0.1]:$port us:secret"
done >"$dir/postfix/logins"
chmod 600 "$dir/postfix/logins"

conf policy '( { name = "all"; then = "reroute"; via = [ "tls" ]; } )'
# Nothing listens where "dead" leads.
conf routes "(
  { name = \"tls\"; nexthop = \"smtp:[127.0.0.1]:$tls_port\"; },
  { name = \"wrapped\"; nexthop = \"wrap:[127.0.0.1]:$wrapped_port\"; },
  { name = \"unwrapped\"; nexthop = \"smtp:[127.0.0.1]:$wrapped_port\";
    tls = \"wrapped\"; },
  { name = \"plain\"; nexthop = \"smtp:[127.0.0.1]:$plain_port\"; },
  { name = \"none\"; nexthop = \"smtp:[127.0.0.1]:$smtp_port\"; },
  { name = \"open\"; nexthop = \"open:[127.0.0.1]:$tls_port\"; },
  { name = \"dead\"; nexthop = \"smtp:[127.0.0.1]:$((smtp_port + 9))\"; },
  { name = \"own\"; nexthop = \"second:\"; } )"
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
is "TLS after STARTTLS" "$(row_of tls TLS)" "GOOD -"
is "TLS from the first byte on" "$(row_of wrapped TLS)" "GOOD -"
is "which Postfix is not set to" "$(row_of unwrapped TLS)" \
    "BAD its server speaks TLS from the first byte on, and Postfix is set to smtp_tls_wrappermode = no"
is "no TLS" "$(row_of none TLS) $(row_of plain TLS | cut -c 1-3)" \
    "BAD its server does not offer STARTTLS, and Postfix is set to send nothing without TLS (level encrypt) BAD"
is "a transport of its own" "$(row_of open TLS)" ""
like "a server that is not there" "$(row_of dead TLS)" \
    '^UNKNOWN 127.0.0.1 port [0-9]+: Connection refused$'
is "a route without a server" "$(row_of own TLS)" ""
is "no logins" "$(grep -c AUTH "$dir/out")" 0
is "status" $status 1

echo "[127.0.0.1]:$tls_port secure match=nexthop" >"$dir/postfix/policy"
postfix_is "smtp_tls_policy_maps = texthash:$dir/postfix/policy"
inspect
is "a certificate that Postfix looks at is left to it" "$(row_of tls TLS)" \
    "UNKNOWN TLS comes about; whether the certificate is what Postfix demands (level secure) is not looked at"
is "for that server" "$(grep -c '^none.*TLS' "$dir/out")" 0

postfix_is 'smtp_sasl_auth_enable = yes' 'smtp_tls_security_level = may' \
    'smtp_sasl_security_options = noanonymous'
inspect
is "AUTH after STARTTLS" "$(row_of tls AUTH)" "GOOD -"
is "by TLS from the first byte on" "$(row_of wrapped AUTH)" "GOOD -"
is "without TLS" "$(row_of plain AUTH)" "GOOD -"
is "none" "$(row_of none AUTH)" \
    "BAD its server does not offer AUTH, and Postfix has a login for it"
is "TLS that Postfix does not use" "$(row_of open AUTH)" \
    "BAD its server offers AUTH only after STARTTLS, and Postfix has a login for it, but is set not to use TLS (level none)"
is "a nexthop without a login" "$(row_of dead AUTH)" ""
is "no secret is shown" "$(grep -c secret "$dir/out" "$dir/err" | tr '\n' ' ')" \
    "$dir/out:0 $dir/err:0 "
postfix_is 'smtp_sasl_auth_enable = yes' 'smtp_tls_security_level = may'
inspect
is "mechanisms that Postfix does not use" "$(row_of tls AUTH)" \
    "BAD its server offers AUTH PLAIN LOGIN and no other, and Postfix has a login for it, but is set not to use these (noplaintext in smtp_sasl_tls_security_options)"
is "by a transport that does" "$(row_of open AUTH | cut -c 1-28)" \
    "BAD its server offers AUTH o"

kill -STOP "$(xargs <"$dir/queue/pid/master.pid")"
took=$SECONDS
status=0
repgate check --routes --deadline 1s >"$dir/out" 2>"$dir/err" || status=$?
ok "servers that say nothing do not hold it up" \
    [ $((SECONDS - took)) -le $((4 * slowness)) ]
kill -CONT "$(xargs <"$dir/queue/pid/master.pid")"

# The daemon is root here, and asks as nobody, who may not read the logins.
postfix_is 'smtp_sasl_auth_enable = yes' 'smtp_tls_security_level = encrypt' \
    'smtp_sasl_security_options = noanonymous'
repgate_start
no_tls='warning: route none: its server does not offer STARTTLS, and Postfix is set to send nothing without TLS \(level encrypt\)'
log_has "$no_tls"
log_lacks 'warning: route (tls|wrapped|open|own)'
log_lacks 'offer AUTH'
log_lacks 'secret'
chmod 644 "$dir/postfix/logins"
postfix_is 'smtp_sasl_auth_enable = yes' 'smtp_tls_security_level = may' \
    'smtp_sasl_security_options = noanonymous'
is "a reload" "$(repgate reload)" reloaded
log_has 'warning: route none: its server does not offer AUTH, and Postfix has a login for it'
log_has 'warning: route open: its server offers AUTH only after STARTTLS, and Postfix has a login for it, but is set not to use TLS'
is "what is well now is not warned of again" "$(log_count "$no_tls")" 1

# A table that it may not read may have another level.
echo "[127.0.0.1]:$smtp_port may" >"$dir/postfix/policy"
chmod 600 "$dir/postfix/policy"
postfix_is 'smtp_sasl_auth_enable = yes' 'smtp_tls_security_level = encrypt' \
    "smtp_tls_policy_maps = texthash:$dir/postfix/policy"
is "another reload" "$(repgate reload)" reloaded
warned_again() {
	[ "$(log_count 'warning: route none: .* offer AUTH')" = 2 ]
}
ok "warns again" wait_until warned_again
is "of nothing that it cannot know" "$(log_count "$no_tls")" 1

# A postconf that never ends.
tells_status() {
	repgate status >/dev/null
}
mkdir "$dir/bin"
printf '%s\n' '#!/bin/sh' "echo \$\$ >$dir/bin/pid" 'exec sleep 1000' \
    >"$dir/bin/postconf"
chmod 755 "$dir/bin/postconf"
chown nobody "$dir/bin"
repgate_stop
PATH=$dir/bin:$PATH repgate_start
ok "a postconf that hangs" wait_until test -s "$dir/bin/pid"
ok "holds up no status" tells_status
is "and no reload" "$(repgate reload)" reloaded
took=$SECONDS
repgate_stop
ok "nor the end" [ $((SECONDS - took)) -le $((8 * slowness)) ]
ok "and does not stay" wait_until has_ended "$(xargs <"$dir/bin/pid")"

# A Postfix that is here and not the mail server.
conf routes "(
  { name = \"tls\"; nexthop = \"smtp:[127.0.0.1]:$tls_port\";
    tls = \"required\"; },
  { name = \"none\"; nexthop = \"smtp:[127.0.0.1]:$smtp_port\"; } )"
conf reroute_by '"map"'
conf map "{ socket = \"unix:$dir/gate/map.sock\"; }"
write_conf
postfix_is 'smtp_sasl_auth_enable = yes' 'smtp_tls_security_level = encrypt'
inspect
is "Postfix's settings count for Postfix" "$(grep -c ' BAD ' "$dir/out")" 3
conf mta '"sendmail"'
write_conf
inspect
is "and not for Sendmail" "$(grep -cE ' (TLS|AUTH) ' "$dir/out")" 1
is "but those of the route do" "$(row_of tls TLS)" "GOOD -"
done_testing
