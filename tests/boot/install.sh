# shellcheck shell=bash disable=SC2154 # what is of inside and sandbox.sh
#
# One command, and it is at work.

installs() {
	apt-get install -qq -y --no-install-recommends "$root/repgate.deb" \
	    >/var/tmp/apt.log 2>&1 </dev/null
}

is_little_exposed() {
	systemd-analyze security --threshold=15 repgated >/var/tmp/exposed
}

files >/var/tmp/before
ok "the package is installed" installs
grep '^repgate watches' /var/tmp/apt.log | sed 's/^/# /'
ok "the service runs" systemctl -q is-active repgated
is "and has told systemd so" "$(property Type) $(property NRestarts)" "notify 0"
like "it watches only" "$(repgate status)" 'mode monitor'
said_check=$(repgate mta postfix --check)
is "there is something left to do" $? 1
like "the lines for Postfix" "$said_check" 'MISSING  smtpd_milters'
is "systemd has nothing to say of its units" "$(systemd-analyze verify \
    --man=no repgated.service repgated-map.socket repgated-control.socket \
    repgate-release.service repgate-release.timer 2>&1)" ""
ok "at most 1.5 of 10 is exposed" is_little_exposed
note "$(tail -n 1 /var/tmp/exposed)"
