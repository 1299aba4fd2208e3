#!/bin/bash
# "repgate mta sendmail" prints lines that Debian's sendmail.mc takes, and then
# finds that nothing is missing; of each that is taken away it says so.
# shellcheck disable=SC2016 # the $ is for others
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../sendmail.sh"

check() {
	repgate mta sendmail --check --mta-config "$dir"
}
# without REGEX: as if the line were not there.
without() {
	sed "\\|$1|d" "$dir/sendmail.cf" >"$dir/cf/sendmail.cf"
	repgate mta sendmail --check --mta-config "$dir/cf" | grep MISSING
}

sendmail_sandbox_start
mkdir "$dir/cf"
conf routes '(
    { name = "smarthost"; nexthop = "smtp:[smarthost.test]:587"; },
    { name = "second"; nexthop = "relay:second.test"; },
    { name = "third"; nexthop = "smtp-third:"; mailertable = "uucp:third"; } )'
conf policy '( { name = "x"; recipients = [ "x.test" ]; then = "wait"; },
    { name = "all"; then = "reroute";
      via = [ "smarthost", "second", "third" ]; } )'
repgate_start
like "the lines" "$(repgate mta sendmail)" 'Mrepgate-587,'
printed_lines='sed s/uucp/smtp8/'
write_cf
said=$(check)
is "it fails where a mailer is missing" $? 1
is "and says which" "$(grep MISSING <<<"$said")" \
    $'MISSING  C{RepgateMailer} with uucp\nMISSING  Muucp,'

conf routes '(
    { name = "smarthost"; nexthop = "smtp:[smarthost.test]:587"; },
    { name = "second"; nexthop = "relay:second.test"; },
    { name = "third"; nexthop = "smtp-third:"; mailertable = "smtp8:third"; } )'
write_conf
said=$(check)
is "nothing is missing then" "$said $?" "${said//MISSING/nothing} 0"

# Debian's own file, with its ways of naming hosts and its own rules.
cp -r "$sendmail_root/usr/share/sendmail/cf" "$dir/m4"
grep -rlZ /usr/share/sendmail/cf "$dir/m4" |
    xargs -0 sed -i "s|/usr/share/sendmail/cf|$dir/m4|g"
{
	grep -v '^include(./etc' "$dir/m4/debian/sendmail.mc"
	repgate mta sendmail
} >"$dir/debian.mc"
"${unpacked[@]}" "$sendmail_root/usr/bin/m4" -D_CF_DIR_="$dir/m4/" \
    -I "$dir/m4" "$dir/debian.mc" >"$dir/cf/sendmail.cf" 2>"$dir/m4.log"
is "m4 has nothing to say of Debian's" "$(cat "$dir/m4.log")" ''
said=$(repgate mta sendmail --check --mta-config "$dir/cf")
is "and nothing is missing there" "$said $?" "${said//MISSING/nothing} 0"

like "without the filter" "$(without ^Xrepgate)" INPUT_MAIL_FILTER
like "without its name" "$(without ^O.InputMailFilters)" INPUT_MAIL_FILTER
like "without the map" "$(without ^Kdelivery)" Kdelivery
like "without the rules" "$(without '(delivery ')" LOCAL_NET_CONFIG
like "without the class" "$(without '^C{Repgate')" 'RepgateMailer} with dsmtp'
like "without the mailer of a port" "$(without ^Mrepgate-587)" 'Mrepgate-587'
sed 's/^\(Xrepgate[^,]*,\)/\1 F=T,/' "$dir/sendmail.cf" >"$dir/cf/sendmail.cf"
like "a filter that fails closed" \
    "$(repgate mta sendmail --check --mta-config "$dir/cf")" \
    'MISSING  INPUT_MAIL_FILTER'
echo 'O Timeout.queuereturn=1d' >>"$dir/sendmail.cf"
sed -i 's/^O Timeout.queuereturn=5d/#/' "$dir/sendmail.cf"
like "mail would expire while it waits" "$(check)" 'MISSING  Timeout.queuereturn'

for name in milter map; do
	mv "$dir/gate/$name.sock" "$dir/gate/$name.away"
	like "nobody serves the $name" "$(check)" \
	    "MISSING  repgated, serving $dir/gate/$name.sock"
	mv "$dir/gate/$name.away" "$dir/gate/$name.sock"
done
chmod g+w "$dir/gate"
like "Sendmail would not trust the directory" "$(check)" \
    "MISSING  $dir/gate/map.sock below directories"
chmod g-w "$dir/gate"

conf maillog "( { file = \"$dir/gone.log\"; } )"
write_conf
like "a log that is not there" "$(check)" \
    "MISSING  maillog $dir/gone.log, readable for user root: No such file"
: >"$dir/gone.log"
like "and is" "$(check)" "ok       maillog $dir/gone.log, readable"
unset 'conf[maillog]'

conf milter '{ socket = "unix:/run/repgate/milter.sock"; }'
conf map '{ socket = "unix:/run/repgate/map.sock"; }'
conf routes '( { name = "x"; nexthop = "smtp:[smarthost.example.net]:587"; } )'
conf policy '( { name = "all"; then = "reroute"; via = [ "x" ]; } )'
write_conf
lines=$(repgate mta sendmail)
is "contrib/sendmail has the same lines" \
    "$(head -n "$(wc -l <<<"$lines")" "$root/contrib/sendmail/repgate.mc")" \
    "$lines"

if command -v systemd-analyze >/dev/null; then
	mkdir -p "$dir/units/repgated-map.socket.d"
	cp "$root"/contrib/systemd/repgated* "$dir/units"
	cp "$root/contrib/sendmail/repgated-map.socket.conf" \
	    "$dir/units/repgated-map.socket.d/sendmail.conf"
	is "systemd takes the socket of contrib/sendmail" \
	    "$(SYSTEMD_UNIT_PATH=$dir/units: systemd-analyze verify --man=no \
		"$dir/units/repgated-map.socket" 2>&1 | grep sendmail.conf)" ''
fi

conf mta '"postfix"'
write_conf
ok "not for Postfix" not repgate mta sendmail 2>/dev/null
conf mta '"sendmail"'
write_conf
ok "nor Postfix's lines for Sendmail" not repgate mta postfix 2>/dev/null
conf reroute_by '"header"'
write_conf
like "a header does not help" "$("$repgated" --config "$dir/repgate.conf" \
    --check-config)" 'error: reroute_by: found "header", expected "map"'
done_testing
