# shellcheck shell=bash
#
# world.sh -- a DNS of Postfix's own, for tests of who takes in mail: domains
# with MX records, and their servers. To be sourced after sandbox.sh;
# world_open comes before sandbox_start.
#
# Postfix runs with an /etc/resolv.conf that names a lying_dns on an address of
# its own; nothing else of this machine sees either.
#
#   world_open               Postfix delivers by MX, as in real life
#   world <<END ... END      says what DNS says (tests/unit/dns_server.h)
#   receiver_start NAME ADDRESS [OPTIONS OF smtp-sink]
#                            a server that takes mail at 127.x.y.z; a host with
#                            that A record is it; its messages are in $dir/NAME
#   microsoft_start, hosted_start
#                            worlds that several tests share

# shellcheck disable=SC2034,SC2154 # variables of sandbox.sh

world_dns=${LYING_DNS:-$root/build/tools/lying_dns}

world_open() {
	unshare -m true 2>/dev/null ||
	    skip_all "this takes a mount namespace of its own"
	main_cf+=('relayhost =' 'smtp_host_lookup = dns'
		'smtp_dns_support_level = enabled')
	before_postfix=world_start
}

world() {
	{
		printf '%s * refused\n' bl.test '*.bl.test' other.test \
		    '*.other.test'
		cat
	} >"$dir/world"
	[ -z "${pids[world]:-}" ] || kill -HUP "${pids[world]}"
}

# Port 53, since resolv.conf(5) knows no other; so each sandbox has an address.
# The zones of blocklists are refused here, and then repgate asks rbldnsd.
world_start() {
	world_address=127.53.$((smtp_port / 256)).$((smtp_port % 256))
	[ -e "$dir/world" ] || world </dev/null
	start_server world "$world_dns" -a "$world_address" -p 53 \
	    -l "$dir/world.questions" "$dir/world"
	wait_until grep -qs : "$dir/world.log" || give_up "no DNS for Postfix"
	echo "nameserver $world_address" >"$dir/resolv.conf"
	printf '%s\n' '#!/bin/sh' \
	    "mount --bind $dir/resolv.conf /etc/resolv.conf && exec \"\$@\"" \
	    >"$dir/in_world"
	chmod +x "$dir/in_world"
	postfix_wrap=(unshare -m "$dir/in_world")
	main_cf+=("smtp_tcp_port = $mx_port")
	[ -z "${tries_direct:-}" ] || master_cf+=(
		'egress-probe unix - - n - - smtp'
		"  -o syslog_name=postfix/egress-probe"
		"  -o smtp_reply_filter=regexp:$root/contrib/postfix/repgate_replies"
		"  -o smtp_fallback_relay=[127.0.0.1]:$smarthost_port")
	conf store "\"$dir/gate/state.db\""
	conf dns "{ servers = [ \"$world_address:53\", \"127.0.0.1:$dns_port\" ];
	    timeout = \"500ms\"; tries = 1; check_every = \"1s\";
	    check_min = \"1s\"; }"
}

world_questions() { # REGEX
	grep -cE -- "$1" "$dir/world.questions"
}

listening_at() { # ADDRESS PORT
	(: <"/dev/tcp/$1/$2") 2>/dev/null
}

receiver_start() { # NAME ADDRESS [OPTION...]
	local name=$1 address=$2
	shift 2
	mkdir -p "$dir/$name"
	chown nobody "$dir/$name"
	start_server "$name" smtp-sink -u nobody -m 1000 -h "$name.test" \
	    "$@" -d "$dir/$name/" "$address:$mx_port" 1000
	wait_until listening_at "$address" "$mx_port" ||
	    give_up "$name does not start: $(cat "$dir/$name.log")"
}

# A receiver that refuses what $dir/NAME.script says, see tests/refusing_mx.
refusing_start() { # NAME ADDRESS
	mkdir -p "$dir/$1"
	[ -e "$dir/$1.script" ] || : >"$dir/$1.script"
	start_server "$1" "$root/tests/refusing_mx" "$2" "$mx_port" \
	    "$dir/$1" "$dir/$1.script"
	wait_until listening_at "$2" "$mx_port" ||
	    give_up "$1 does not start: $(cat "$dir/$1.log")"
}

# script NAME LINE...: from now on; without a line it takes all.
script() {
	local name=$1
	shift
	printf '%s\n' "$@" >"$dir/$name.script.new"
	mv "$dir/$name.script.new" "$dir/$name.script"
}

# Before sandbox_start: Postfix tells how each delivery ended, and repgate
# knows the receivers of the directory.
tell_replies() {
	local map=socketmap:unix:../gate/map.sock
	main_cf+=("smtp_delivery_status_filter = $map:reply")
	eval "lists_$(declare -f providers_conf)"
	providers_conf() {
		lists_providers_conf
		cp "$root/conf/receivers.conf" "$dir"
		echo '@include "receivers.conf"'
	}
}

# In the place of world_open: all that probes take, and a Postfix that tries
# again what it put off only when it is told to.
probes_open() {
	world_open
	ask_map
	tell_replies
	follow_log
	tries_direct=yes
	main_cf+=('minimal_backoff_time = 1000s' 'maximal_backoff_time = 1000s'
		'queue_run_delay = 1000s')
}

# After sandbox_start: Microsoft takes in the mail of baker.test; its server is
# the receiver "outlook".
# shellcheck disable=SC2120 # they may be left out
microsoft_start() { # [MORE LINES OF world]
	printf '%s\n' "${1:-# and no more}" \
	    'baker.test MX mx 60 10 baker-test.mail.protection.outlook.com' \
	    '*.mail.protection.outlook.com A a 60 127.0.0.20' | world
	refusing_start outlook 127.0.0.20
}
microsoft_words='5.7.1 Unfortunately, messages from [203.0.113.5] weren'\''t sent. Please contact your Internet service provider since part of their network is on our block list (S3140).'
microsoft_block="550 $microsoft_words"

# After sandbox_start: baker.test and mason.test are hosted at Microsoft, whose
# server is the receiver "outlook", and free.test at "free"; and Microsoft is all
# that repgate knows of receivers.
hosted_start() {
	world <<-'END'
	baker.test MX mx 60 10 baker-test.mail.protection.outlook.com
	mason.test MX mx 60 5 mason-test.mail.protection.outlook.com 20 mx.free.test
	free.test MX mx 60 10 mx.free.test
	*.mail.protection.outlook.com A a 60 127.0.0.20
	mx.free.test A a 60 127.0.0.30
	*.test * nxdomain 1 1
	END
	cat >>"$dir/providers.conf" <<-'END'
	receivers = ( { id = "microsoft-365"; name = "Microsoft 365";
	  mx = [ "*.mail.protection.outlook.com" ];
	  replies = ( { pattern = "S3140"; class = "ip-blocked"; } ); } );
	END
	receiver_start outlook 127.0.0.20
	receiver_start free 127.0.0.30
}

# Goes on sending with the test's own send_one until repgated's log has it.
send_until() { # REGEX
	local end=$((SECONDS + deadline * slowness))
	until ! log_count "$1" | grep -qx 0; do
		[ "$SECONDS" -lt "$end" ] || return 1
		send_one || return 1
		sleep 0.2
	done
}

# A file that the queue manager takes up again while smtp(8) is not done with it
# yet lies there until it is told to look.
is_flushed() {
	queue_is_empty && return
	sleep 1
	postqueue -c "$dir/postfix" -f
	false
}

# Before sandbox_start: repgated may read Postfix's log, and have it try a
# message again at once by postqueue(1); without privilege.
follow_log() {
	master_cf+=('flush unix n - n 1000? 0 flush')
	repgated_wrap+=(unshare -m "$root/tests/with_postfix")
}
