# shellcheck shell=bash
#
# sendmail.sh -- the sandbox with Debian's Sendmail in the place of Postfix. To
# be sourced after sandbox.sh.
#
# Its packages conflict with Postfix, so they are unpacked below build/ and not
# installed: "tests/deps sendmail" fetches them. The sandbox has a sendmail.cf
# of its own, which ends with the lines that "repgate mta sendmail" prints. The
# world outside is reached through a SMART_HOST, which comes after these.
#
#   sendmail_sandbox_start   all but these two; then repgate.conf is completed
#   gated_start              repgate, and Sendmail with the lines for it
#   queue_run                one run through the queue, now
#   is_refused               a message in the queue that its receiver's server
#                            was not there for
#
# Sendmail's log is $dir/syslog.log.
#
# What sandbox.sh has for Postfix's queue, this file has for Sendmail's: mailq,
# messages, queue_is_empty, release_held.

# shellcheck disable=SC2034,SC2154 # variables of the tests, and of sandbox.sh

sendmail_root=${SENDMAIL_ROOT:-$root/build/sendmail}
queue_every=1s    # how often the daemon looks through its queue
printed_lines='cat' # a filter for the lines of repgate

# Sendmail asks for its own name before it reads any configuration, and waits
# for a minute if that has no dot; so it runs where the host has another name.
find_sendmail() {
	"$root/tests/deps" sendmail >"$dir/deps.log" 2>&1 ||
	    give_up "no Sendmail: $(tail -n 3 "$dir/deps.log")"
	LD_LIBRARY_PATH=$(find "$sendmail_root" -name '*.so.*' \
	    -printf '%h\n' | sort -u | paste -sd:)
	unpacked=(env "LD_LIBRARY_PATH=$LD_LIBRARY_PATH")
	unset LD_LIBRARY_PATH
	sendmail_command=("${unpacked[@]}" unshare --uts --mount sh -c
		'mount --bind "$1" /dev && hostname mail.ours.test && shift &&
		    exec "$@"' sh "$dir/dev"
		"$sendmail_root/usr/libexec/sendmail/sendmail"
		-C "$dir/sendmail.cf")
}

sendmail() { # ARGUMENT...
	"${sendmail_command[@]}" "$@"
}

# What only the sandbox has: ports, directories, and no DNS; and it works
# whatever the load of the machine, with places for many connections.
head_mc() {
	local cf=$sendmail_root/usr/share/sendmail/cf
	cat <<-END
	define(\`_CF_DIR_', \`$cf/')dnl
	include(\`$cf/m4/cf.m4')dnl
	OSTYPE(\`linux')dnl
	define(\`confDOMAIN_NAME', \`mail.ours.test')dnl
	define(\`QUEUE_DIR', \`$dir/mqueue')dnl
	define(\`STATUS_FILE', \`$dir/statistics')dnl
	define(\`confPID_FILE', \`$dir/sendmail.pid')dnl
	define(\`confSERVICE_SWITCH_FILE', \`$dir/switch')dnl
	define(\`confDONT_BLAME_SENDMAIL', \`TrustStickyBit')dnl
	define(\`confTO_IDENT', \`0')dnl
	define(\`confBAD_RCPT_THROTTLE', \`100')dnl
	define(\`confQUEUE_LA', \`1000')dnl
	define(\`confREFUSE_LA', \`1000')dnl
	undefine(\`ALIAS_FILE')dnl
	LOCAL_DOMAIN(\`local.test')dnl
	define(\`LOCAL_MAILER_PATH', \`$dir/deliver')dnl
	define(\`LOCAL_MAILER_ARGS', \`deliver \$u')dnl
	MODIFY_MAILER_FLAGS(\`LOCAL', \`-w')dnl
	define(\`SMART_HOST', \`esmtp:[127.0.0.1]')dnl
	define(\`ESMTP_MAILER_ARGS', \`TCP \$h $mx_port')dnl
	FEATURE(\`nocanonify')dnl
	FEATURE(\`accept_unresolvable_domains')dnl
	FEATURE(\`no_default_msa')dnl
	DAEMON_OPTIONS(\`Name=MTA-v4, Family=inet, Addr=127.0.0.1, Port=$smtp_port, Listen=100')dnl
	END
	[ ${#more_mc[@]} = 0 ] || printf '%s\n' "${more_mc[@]}"
	printf '%s\n' MAILER_DEFINITIONS "MAILER(\`local')dnl" \
	    "MAILER(\`smtp')dnl"
}
more_mc=() # lines more, before the mailers

write_cf() {
	local cf=$sendmail_root/usr/share/sendmail/cf
	head_mc >"$dir/sendmail.mc"
	repgate mta sendmail | $printed_lines >>"$dir/sendmail.mc"
	"${unpacked[@]}" "$sendmail_root/usr/bin/m4" -I "$cf" \
	    "$dir/sendmail.mc" >"$dir/sendmail.cf" 2>"$dir/m4.log"
	[ ! -s "$dir/m4.log" ] || give_up "m4: $(cat "$dir/m4.log")"
}

# A /dev of Sendmail's own, where syslog(3) finds somebody who writes its lines
# into $dir/syslog.log.
log_start() {
	mkdir -m 755 "$dir/dev"
	mknod -m 666 "$dir/dev/null" c 1 3
	mknod -m 666 "$dir/dev/urandom" c 1 9
	start_server syslog perl -MIO::Socket::UNIX -e '
		my $log = IO::Socket::UNIX->new(Type => SOCK_DGRAM,
		    Local => $ARGV[0]) or die "$ARGV[0]: $!";
		$| = 1;
		while (defined $log->recv(my $line, 65536)) {
			$line =~ s/^<\d+>(.{15}) /$1 mail /;
			print "$line\n";
		}' "$dir/dev/log"
	wait_until test -S "$dir/dev/log" || give_up "no /dev/log"
}

sendmail_start() {
	start_server sendmail "${sendmail_command[@]}" -bD -q"$queue_every"
	wait_until listening "$smtp_port" ||
	    give_up "Sendmail does not start: $(cat "$dir/sendmail.log")"
}

sendmail_stop() {
	stop_server sendmail
	return 0
}

prepare_sendmail() {
	mkdir "$dir/mqueue" "$dir/local" "$dir/local/new" "$dir/postfix"
	: >"$dir/postfix/main.cf" # for postmap
	chmod 700 "$dir/mqueue"
	chmod 777 "$dir/local/new"
	printf '%s files\n' hosts aliases passwd >"$dir/switch"
	cat >"$dir/deliver" <<-END
	#!/bin/sh
	umask 022
	exec cat >"$dir/local/new/\$\$"
	END
	# For programs that run sendmail(8).
	mkdir "$dir/bin"
	printf '#!/bin/bash\n%s "$@"\n' "${sendmail_command[*]@Q}" \
	    >"$dir/bin/sendmail"
	chmod 755 "$dir/deliver" "$dir/bin/sendmail"
}

sendmail_sandbox_start() {
	[ "$(id -u)" = 0 ] || skip_all "Sendmail can only be started by root"
	sandbox_open smtp-sink rbldnsd perl flock unshare
	unshare --uts --mount true 2>/dev/null ||
	    skip_all "this takes namespaces of its own"
	find_sendmail
	mkdir -m 755 "$dir/gate"
	is_map_asked=yes
	outside_start
	conf mta '"sendmail"'
	prepare_sendmail
	log_start
}

gated_start() {
	repgate_start
	write_cf
	sendmail_start
}

queue_run() {
	sendmail -q >>"$dir/queue_run.log" 2>&1
}

mail_queue() {
	sendmail -bp
}

is_refused() {
	[[ $(mail_queue) == *"Connection refused"* ]]
}

# What is quarantined is in no other list.
held_queue() {
	sendmail -bp -qQ
}

release_held() {
	sendmail -Q -qQ -q
}

messages() { # WHERE [REGEX]
	local place
	case $1 in
	direct) place=$dir/mx ;;
	local) place=$dir/local/new ;;
	held)
		find "$dir/mqueue" -type f -name 'hf*' -exec \
		    grep -laE -- "${2:-}" {} +
		return
		;;
	*) place=$dir/$1 ;;
	esac
	find "$place" -type f -exec grep -laE -- "${2:-}" {} +
}

queue_is_empty() {
	[ -z "$(find "$dir/mqueue" -type f -name 'qf*' -o -name 'tf*' \
	    -o -name 'xf*')" ]
}

recipient_at() { # WHERE RECIPIENT
	[ -n "$(messages "$1" "^X-Rcpt-Args: <$2>")" ]
}

# What the map says to NAME KEY.
ask() {
	postmap -c "$dir/postfix" -q "$2" "socketmap:unix:$dir/gate/map.sock:$1"
}
