# shellcheck shell=bash
#
# sandbox.sh -- a mail world of its own for the demo and the system tests.
#
# A private Postfix, rbldnsd and three receiving servers, all on 127.0.0.1
# with ports and a directory of their own; the system's Postfix is not touched
# and several sandboxes may run at once. Whatever ends the script, everything
# started here is stopped and the directory removed.
#
#   customer.test     the world outside; mail goes directly to the mx
#   smarthost, second routes around; each a server of its own
#   local.test        our own domain; one mailbox takes all its mail
#   bl.test, other.test  blocklists, IPv4 and IPv6, answered by rbldnsd

set -u

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
repgated=${REPGATED:-$root/build/repgated}
repgate=${REPGATE:-$root/build/repgate}
# Words put before the daemon's command, as "setarch -R".
read -ra repgated_wrap <<<"${REPGATED_WRAP:-}"
deadline=20 # seconds that any wait may take
# More than once as long where something watches the daemon (tests/sanitized);
# its memory and its program are not its own then.
slowness=${SANDBOX_SLOWNESS:-1}
PATH=$PATH:/usr/sbin:/sbin

declare -A pids=() conf=()
postfix_wrap=() # words put before the command that starts Postfix
more_headers=() # what send adds to the message
main_cf=()      # what else Postfix's main.cf says, "KEY = VALUE" each, and
master_cf=()    # lines more for its master.cf; to be set before sandbox_start
dir=
log_read=0 # lines of repgated's log that a wait has gone past
tests=0
failed=0
is_map_asked=

# ---- TAP -------------------------------------------------------------------

note() {
	printf '# %s\n' "$@"
}

report() { # STATUS NAME
	tests=$((tests + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tests - $2"
	else
		echo "not ok $tests - $2"
		failed=$((failed + 1))
	fi
}

# ok NAME COMMAND...: the command succeeds.
ok() {
	local name=$1 status=0
	shift
	"$@" || status=$?
	report $status "$name"
}

not() {
	! "$@"
}

# is NAME GOT WANT
is() {
	local status=0
	[ "$2" = "$3" ] || status=1
	report $status "$1"
	[ $status = 0 ] || note "got:  $2" "want: $3"
}

# like NAME GOT REGEX
like() {
	local status=0
	[[ $2 =~ $3 ]] || status=1
	report $status "$1"
	[ $status = 0 ] || note "got:  $2" "want: $3"
}

skip_all() {
	echo "1..0 # SKIP $*"
	exit 0
}

give_up() {
	note "giving up: $*"
	failed=$((failed + 1))
	exit 1
}

done_testing() {
	[ -z "${pids[repgated]:-}" ] || repgate_stop
	echo "1..$tests"
	[ $failed = 0 ]
	exit
}

# wait_until COMMAND...: polls; 1 when the deadline has passed.
wait_until() {
	local end=$((SECONDS + deadline * slowness))
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.05
	done
}

# ---- servers ---------------------------------------------------------------

start_server() { # NAME COMMAND...
	local name=$1
	shift
	"$@" >>"$dir/$name.log" 2>&1 &
	pids[$name]=$!
}

# stop_server NAME [SIGNAL]: its exit status. One that does not end in time is
# killed, which makes that status 137.
stop_server() {
	local pid=${pids[$1]:-} status=0
	[ -n "$pid" ] || return 0
	unset "pids[$1]"
	{
		kill -"${2:-TERM}" "$pid"
		kill -CONT "$pid"
		wait_until has_ended "$pid" || kill -KILL "$pid"
		wait "$pid" || status=$?
	} 2>/dev/null # the shell's own words on who was killed
	return $status
}

has_ended() { # PID
	! kill -0 "$1" 2>/dev/null
}

listening() { # PORT
	(: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

ports_are_free() { # FIRST COUNT
	perl -MSocket -e '
		for my $p ($ARGV[0] .. $ARGV[0] + $ARGV[1] - 1) {
			for my $type (SOCK_STREAM, SOCK_DGRAM) {
				socket(my $s, PF_INET, $type, 0) or exit 1;
				setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
				bind($s, sockaddr_in($p, INADDR_LOOPBACK))
				    or exit 1;
			}
		}' "$1" "$2"
}

# A lock, and not only a look, since another sandbox may be just starting.
# The ports lie below those that the kernel gives to clients.
claim_ports() {
	local slot first lock
	for slot in {0..199}; do
		first=$((20000 + slot * 10))
		lock=/run/lock/repgate-sandbox.$first
		exec {claim}>"$lock" || continue
		if flock -n "$claim" && ports_are_free $first 10; then
			smtp_port=$first
			mx_port=$((first + 1))
			smarthost_port=$((first + 2))
			second_port=$((first + 3))
			dns_port=$((first + 4))
			return 0
		fi
		exec {claim}>&-
	done
	return 1
}

# ---- blocklists ------------------------------------------------------------

# zones/ZONE.listed holds lines of "address code".
list_address() { # ADDRESS [ZONE [CODE]]
	echo "$1 ${3:-127.0.0.2}" >>"$dir/zones/${2:-bl.test}.listed"
	publish_zone "${2:-bl.test}"
}

delist_address() { # ADDRESS [ZONE]
	local listed="$dir/zones/${2:-bl.test}.listed"
	grep -v "^$1 " "$listed" >"$listed.new"
	mv "$listed.new" "$listed"
	publish_zone "${2:-bl.test}"
}

# A list goes wrong: it answers everything with CODE, or with nothing.
list_everyone() { # [ZONE [CODE]]
	echo "0.0.0.0/1 128.0.0.0/1 ::/0 ${2:-127.0.0.2}" \
	    >"$dir/zones/${1:-bl.test}.fault"
	publish_zone "${1:-bl.test}"
}

empty_zone() { # [ZONE]
	: >"$dir/zones/${1:-bl.test}.fault"
	publish_zone "${1:-bl.test}"
}

heal_zone() { # [ZONE]
	rm "$dir/zones/${1:-bl.test}.fault"
	publish_zone "${1:-bl.test}"
}

write_faulty_zone() { # FILE
	local first second all code
	read -r first second all code <"$1.fault" || return 0
	printf '%s :%s:everyone\n' "$first" "$code" "$second" "$code" \
	    >>"$1.ip4.new"
	echo "$all :$code:everyone" >>"$1.ip6.new"
}

# As every list does, it lists 127.0.0.2 and ::ffff:7f00:2, and not those that
# end in 1.
write_zone() { # ZONE
	local zone=$1 file=$dir/zones/$1 address code out
	for out in "$file.ip4.new" "$file.ip6.new"; do
		cat >"$out" <<-END
		\$SOA 1 ns.$zone admin.$zone 0 60 60 60 1
		\$NS 60 ns.$zone
		\$TTL 1
		:127.0.0.2:\$ sends spam, see https://$zone/?ip=\$
		END
	done
	if [ -e "$file.fault" ]; then
		write_faulty_zone "$file"
		return
	fi
	echo 127.0.0.2 >>"$file.ip4.new"
	echo ::ffff:7f00:2/128 >>"$file.ip6.new"
	while read -r address code; do
		out=$file.ip4.new
		[[ $address != *:* ]] || out=$file.ip6.new
		[[ $address != *:* ]] || address+=/128
		echo "$address :$code:\$ is on $zone" >>"$out"
	done <"$file.listed"
}

# rbldnsd knows a new file by its time in whole seconds, so each version gets
# a second of its own.
publish_zone() { # ZONE
	local kind
	zone_time=$((zone_time + 1))
	write_zone "$1"
	for kind in ip4 ip6; do
		touch -d "@$zone_time" "$dir/zones/$1.$kind.new"
		mv "$dir/zones/$1.$kind.new" "$dir/zones/$1.$kind"
	done
	[ -z "${pids[dns]:-}" ] || kill -HUP "${pids[dns]}"
}

dns_answers() {
	perl -MSocket -e '
		socket(my $s, PF_INET, SOCK_DGRAM, 0);
		connect($s, sockaddr_in($ARGV[0], INADDR_LOOPBACK));
		my $name = join "", map { pack "C/a", $_ }
		    qw(2 0 0 127 bl test);
		send($s, pack("n6", 1, 0, 1, 0, 0, 0) . "$name\0\0\1\0\1", 0);
		vec(my $in, fileno($s), 1) = 1;
		select($in, undef, undef, 0.5) == 1 or exit 1;
		recv($s, my $answer, 512, 0) // exit 1;
		exit !(unpack("x6 n", $answer) == 1);' "$dns_port"
}

dns_start() {
	local zone specs=()
	for zone in bl.test other.test; do
		specs+=("$zone:ip4set:$zone.ip4" "$zone:ip6trie:$zone.ip6")
	done
	start_server dns rbldnsd -n -c 0 -u nobody -w "$dir/zones" \
	    -b "127.0.0.1/$dns_port" "${specs[@]}"
	wait_until dns_answers || give_up "rbldnsd does not answer"
}

dns_stop() {
	stop_server dns KILL
	return 0
}

# Questions vanish from here on, as behind a broken firewall.
dns_hang() {
	kill -STOP "${pids[dns]}"
}

prepare_zones() {
	zone_time=1000000000
	mkdir "$dir/zones"
	local zone
	for zone in bl.test other.test; do
		: >"$dir/zones/$zone.listed"
		publish_zone $zone
	done
}

# ---- servers that take mail ------------------------------------------------

# Each keeps every message in a file, with the envelope in its first lines.
sink_start() { # NAME PORT
	mkdir -p "$dir/$1"
	chown nobody "$dir/$1"
	start_server "$1" smtp-sink -u nobody -m 1000 -h "$1.test" \
	    -d "$dir/$1/" "127.0.0.1:$2" 1000
	wait_until listening "$2" ||
	    give_up "$1 does not start: $(cat "$dir/$1.log")"
}

# messages WHERE [REGEX]: the files of all messages that got there; WHERE is
# direct, smarthost, second, local or held.
messages() {
	local place
	case $1 in
	direct) place=$dir/mx ;;
	local) place=$dir/local/new ;;
	held) place=$dir/queue/hold ;;
	*) place=$dir/$1 ;;
	esac
	[ -d "$place" ] || return 0
	find "$place" -type f -exec grep -laE -- "${2:-}" {} +
}

count_messages() { # WHERE [REGEX]
	messages "$@" | wc -l
}

message_at() { # WHERE
	[ "$(count_messages "$1")" -gt 0 ]
}

# A message that the queue manager takes up again while a delivery agent is not
# done with it yet goes back to incoming, and lies there until it is told to
# look. Mail that waits for a reason is in deferred, and is left alone. Who looks
# once can miss a message on its way in each of the directories.
queue_is_empty() {
	local files
	files=$(cd "$dir/queue" && find maildrop incoming active deferred \
	    maildrop incoming active deferred -type f 2>/dev/null)
	[ -n "$files" ] || return 0
	grep -qv ^incoming/ <<<"$files" ||
	    postqueue -c "$dir/postfix" -f 2>/dev/null
	return 1
}

# arrived WHERE COUNT [REGEX]: once nothing is under way any more, exactly
# so many messages are there.
arrived() {
	wait_until queue_is_empty ||
	    give_up "the queue does not empty: $(mail_queue | tail -n 4)"
	is "$1: $2 message(s)${3:+ with \"$3\"}" \
	    "$(count_messages "$1" "${3:-}")" "$2"
}

# ---- Postfix ---------------------------------------------------------------

postfix_conf() {
	cat <<-END
	compatibility_level = 3.6
	queue_directory = $dir/queue
	data_directory = $dir/data
	maillog_file = $dir/postfix.log
	maillog_file_prefixes = $dir
	myhostname = mail.ours.test
	inet_interfaces = 127.0.0.1
	inet_protocols = ipv4
	mynetworks = 127.0.0.0/8
	mydestination =
	relayhost = [127.0.0.1]:$mx_port
	virtual_mailbox_domains = local.test
	virtual_mailbox_base = $dir
	virtual_mailbox_maps = static:local/
	virtual_uid_maps = static:65534
	virtual_gid_maps = static:65534
	alias_maps =
	alias_database =
	default_process_limit = 400
	smtpd_peername_lookup = no
	smtp_connection_cache_on_demand = no
	smtp_destination_concurrency_limit = 50
	minimal_backoff_time = 1s
	maximal_backoff_time = 2s
	queue_run_delay = 1s
	transport_retry_time = 1s
	smtpd_milters = unix:$dir/gate/milter.sock
	non_smtpd_milters = unix:$dir/gate/milter.sock
	milter_protocol = 6
	milter_default_action = accept
	milter_header_checks = regexp:$dir/postfix/routes
	END
}

master_conf() {
	local name
	echo "127.0.0.1:$smtp_port inet n - n - - smtpd"
	echo 'pickup unix n - n 60 1 pickup'
	echo 'cleanup unix n - n - 0 cleanup'
	# Woken each second it can be too busy to be; master then logs a warning,
	# waiting for a postlogd that may be waiting for master.
	echo 'qmgr unix n - n 300 1 qmgr'
	echo 'rewrite unix - - n - - trivial-rewrite'
	for name in bounce defer trace; do
		echo "$name unix - - n - 0 bounce"
	done
	for name in proxymap smtp error; do
		echo "$name unix - - n - - $name"
	done
	echo 'showq unix n - n - - showq'
	echo 'virtual unix - n n - - virtual'
	echo 'retry unix - - n - - error'
	echo 'anvil unix - - n - 1 anvil'
	echo 'postlog unix-dgram n - n - 1 postlogd'
	[ ${#master_cf[@]} = 0 ] || printf '%s\n' "${master_cf[@]}"
}

postfix_start() {
	mkdir "$dir/postfix" "$dir/queue" "$dir/data" "$dir/local"
	chown postfix "$dir/data"
	chown nobody "$dir/local"
	postfix_conf >"$dir/postfix/main.cf"
	master_conf >"$dir/postfix/master.cf"
	[ ${#main_cf[@]} = 0 ] || postconf -c "$dir/postfix" -e "${main_cf[@]}"
	local route
	for route in smarthost second; do
		local port=${route}_port
		echo "/^X-Repgate-Route: $route\$/" \
		    "FILTER smtp:[127.0.0.1]:${!port}"
	done >"$dir/postfix/routes"
	# Postfix waits until its configuration is some seconds old.
	touch -d '1 minute ago' "$dir"/postfix/*
	"${postfix_wrap[@]}" postfix -c "$dir/postfix" start \
	    >"$dir/postfix.start" 2>&1 ||
	    give_up "Postfix does not start: $(cat "$dir/postfix.start")"
	wait_until listening "$smtp_port" || give_up "no answer of smtpd"
}

# Its master ends all the others. "postfix stop" would do the same in a second
# more.
postfix_stop() {
	local master
	read -r master 2>/dev/null <"$dir/queue/pid/master.pid" || return 0
	kill "$master" 2>/dev/null
	wait_until has_ended "$master" || kill -KILL "$master"
}

# Before sandbox_start: Postfix asks the map as well. The socket's path is
# relative to the queue directory.
ask_map() {
	local map=socketmap:unix:../gate/map.sock
	main_cf+=("sender_dependent_default_transport_maps = $map:sender"
		"transport_maps = $map:recipient" 'milter_header_checks =')
	is_map_asked=yes
}

# What the map says to NAME KEY.
ask() {
	postmap -c "$dir/postfix" -q "$2" \
	    "socketmap:unix:$dir/gate/map.sock:$1"
}

mail_queue() {
	postqueue -c "$dir/postfix" -p
}

release_held() {
	postsuper -c "$dir/postfix" -H ALL 2>/dev/null
}

# ---- sending ---------------------------------------------------------------

smtp_answer() {
	local line=
	while read -r -t 60 -u "$smtp" line; do
		line=${line%$'\r'}
		[[ $line == ???-* ]] || break
	done
	reply=$line
}

# As smtp_say, and fails unless the server agrees.
smtp_say() {
	printf '%s\r\n' "$@" >&"$smtp"
	smtp_answer
	[[ $reply == [23]* ]]
}

smtp_open() {
	exec {smtp}<>"/dev/tcp/127.0.0.1/$smtp_port" && smtp_answer &&
	    smtp_say "EHLO client.test"
}

smtp_close() {
	printf 'QUIT\r\n' >&"$smtp"
	exec {smtp}>&-
}

smtp_envelope() { # FROM TO...
	local from=$1 to
	shift
	smtp_say "MAIL FROM:<$from>" || return
	for to; do
		smtp_say "RCPT TO:<$to>" || return
	done
	smtp_say DATA
}

smtp_content() { # FROM TO
	smtp_say "From: <$1>" "To: <$2>" "Subject: hello" \
	    "${more_headers[@]}" "" "Good day." .
}

# send FROM TO...: one message by SMTP. $reply gets the server's last word on
# it. FROM may be "<>".
send() {
	local from=$1 status=0
	shift
	[ "$from" != '<>' ] || from=
	smtp_open || return
	smtp_envelope "$from" "$@" && smtp_content "$from" "$1" || status=1
	smtp_close
	return $status
}

# begin_messages COUNT: so many sessions, each in the middle of a message to
# 1carl@customer.test, 2carl@ ...
begin_messages() {
	local n
	sessions=()
	for ((n = 1; n <= $1; n++)); do
		smtp_open || return
		sessions+=("$smtp")
		smtp_envelope anna@ours.test "${n}carl@customer.test" || return
	done
}

# Ends all of them, as soon as the server takes it.
end_messages() {
	local status=0
	for smtp in "${sessions[@]}"; do
		smtp_content anna@ours.test carl@customer.test || status=1
		smtp_close
	done
	return $status
}

# The same by sendmail(1).
send_by_command() { # FROM TO...
	local from=$1
	shift
	printf 'Subject: hello\n\nGood day.\n' |
	    sendmail -C "$dir/postfix" -f "$from" -- "$@"
}

# send_many SESSIONS COUNT: messages to 1bob@customer.test, 2bob@ ...
# 0 if every one was accepted.
send_many() {
	smtp-source -s "$1" -m "$2" -N -f anna@ours.test \
	    -t bob@customer.test "127.0.0.1:$smtp_port"
}

# Recipients of all messages that send_many has sent so far, one a line.
recipients_served() {
	messages direct >"$dir/served"
	messages smarthost >>"$dir/served"
	xargs -r grep -haE '^X-Rcpt-Args:' <"$dir/served"
}

# ---- repgate ---------------------------------------------------------------

# conf KEY VALUE: sets one top-level setting of repgate.conf.
conf() {
	conf[$1]=$2
}

providers_conf() {
	cat <<-'END'
	lists = (
	  { id = "bl"; provider = "Example BL"; zone = "bl.test";
	    subjects = [ "ip4", "ip6" ];
	    codes = ( { answer = "127.0.0.2"; name = "SPAM"; },
	              { answer = "127.0.0.4-7"; name = "BOTS"; } );
	    refusals = ( { answer = "127.255.255.254";
	                   cause = "asked through a public resolver"; } );
	    removal = "https://bl.test/remove?ip={subject}"; },
	  { id = "other"; provider = "Other List"; zone = "other.test";
	    subjects = [ "ip4", "ip6" ];
	    codes = ( { answer = "127.0.0.2"; name = "OTHER"; } );
	    removal = "https://other.test/remove"; }
	);
	END
}

usual_conf() {
	conf mode '"enforce"'
	conf providers "\"$dir/providers.conf\""
	conf milter "{ socket = \"unix:$dir/gate/milter.sock\"; }"
	conf control "{ socket = \"unix:$dir/gate/control.sock\"; }"
	conf store "\"$dir/state.db\""
	conf dns "{ servers = [ \"127.0.0.1:$dns_port\" ]; timeout = \"500ms\";
	    tries = 1; check_every = \"1s\"; check_min = \"1s\"; }"
	conf egress '( { name = "main"; addresses = [ "203.0.113.5" ]; } )'
	conf lists '( { list = "bl"; weight = 1; } )'
	conf listed_at 1
	conf confirm 1
	conf clear_after '"1s"'
	conf keep_unknown '"1h"'
	conf reroute_by '"header"'
	if [ -n "$is_map_asked" ]; then
		conf reroute_by '"map"'
		conf map "{ socket = \"unix:$dir/gate/map.sock\"; }"
	fi
	conf local_domains '[ "local.test" ]'
	conf routes "( { name = \"smarthost\";
	    nexthop = \"smtp:[127.0.0.1]:$smarthost_port\"; } )"
	conf policy '( { name = "all"; then = "reroute";
	    via = [ "smarthost" ]; } )'
}

write_conf() {
	local key
	for key in "${!conf[@]}"; do
		echo "$key = ${conf[$key]};"
	done >"$dir/repgate.conf.new"
	mv "$dir/repgate.conf.new" "$dir/repgate.conf"
}

starts() {
	sed -n '/^repgated: repgated .* serves /p' "$dir/repgated.log" \
	    2>/dev/null | wc -l
}

# One that was killed has left its socket.
has_started() { # [STARTS]
	[ "$(starts)" -gt "${1:-0}" ] || has_ended "${pids[repgated]}"
}

repgate_start() {
	local before
	before=$(starts)
	write_conf
	start_server repgated "${repgated_wrap[@]}" "$repgated" --foreground \
	    --config "$dir/repgate.conf"
	wait_until has_started "$before" || give_up "repgated opens no socket"
	! has_ended "${pids[repgated]}" || give_up "repgated does not start"
}

# A sanitizer in the daemon speaks by the exit status too.
repgate_stop() {
	local status=0
	stop_server repgated TERM || status=$?
	is "repgated stops when told" $status 0
}

repgate_kill() {
	stop_server repgated KILL
	return 0
}

repgate() { # VERB ...
	"$repgate" --config "$dir/repgate.conf" "$@"
}

log_matches_from() { # LINE REGEX: prints the number of the first match
	tail -n "+$1" "$dir/repgated.log" | grep -nE -m1 -- "$2" | cut -d: -f1
}

new_log_line() { # REGEX: moves on past the first new match
	local line
	line=$(log_matches_from $((log_read + 1)) "$1")
	[ -n "$line" ] || return 1
	log_read=$((log_read + line))
}

# wait_for_log REGEX: a line of repgated's log that comes after the one that
# the last wait_for_log found. Without it there is no sense in going on.
wait_for_log() {
	local status=0
	wait_until new_log_line "$1" || status=1
	report $status "the log says $1"
	[ $status = 0 ] || give_up "waited for a line that did not come"
}

log_count() { # REGEX
	sleep 0.1 # the daemon lets its lines gather for a moment
	grep -cE -- "$1" "$dir/repgated.log"
}

# gated COUNT: so many messages were gated by now.
gated() {
	[ "$(log_count ' gate: ')" -ge "$1" ]
}

log_has() {
	ok "the log has $1" wait_until grep -qE -- "$1" "$dir/repgated.log"
}

log_lacks() {
	is "the log lacks $1" "$(log_count "$1")" 0
}

# ---- the whole -------------------------------------------------------------

# A directory, ports and an end; no servers yet.
sandbox_open() { # PROGRAM...
	local program
	for program; do
		command -v "$program" >/dev/null ||
		    give_up "$program is missing; try: make deps"
	done
	umask 022
	dir=$(mktemp -d /tmp/repgate-sandbox.XXXXXX)
	chmod 755 "$dir"
	trap on_exit EXIT
	trap 'exit 130' INT TERM HUP
	claim_ports || give_up "no free ports"
}

# All around the MTA and repgate.
outside_start() {
	providers_conf >"$dir/providers.conf"
	: >"$dir/repgated.log"
	usual_conf
	prepare_zones
	dns_start
	sink_start mx "$mx_port"
	sink_start smarthost "$smarthost_port"
	sink_start second "$second_port"
}

sandbox_start() {
	[ "$(id -u)" = 0 ] || skip_all "Postfix can only be started by root"
	sandbox_open postfix smtp-sink rbldnsd perl flock
	# Postfix may use what the daemon opens in here, as with the socket
	# directory of a real system.
	mkdir "$dir/gate"
	chgrp postfix "$dir/gate"
	chmod 2750 "$dir/gate"
	outside_start
	"${before_postfix:-true}"
	postfix_start
}

show_tail() { # FILE
	[ -s "$1" ] || return 0
	note "the end of ${1##*/}:"
	tail -n 40 "$1" | sed 's/^/#   /'
}

sandbox_clear() {
	local name
	postfix_stop
	for name in "${!pids[@]}"; do
		stop_server "$name" KILL
	done
	rm -rf "$dir"
}

on_exit() {
	local status=$?
	trap '' INT TERM HUP
	if [ $status != 0 ] || [ $failed != 0 ]; then
		show_tail "$dir/repgated.log"
		show_tail "$dir/postfix.log"
		show_tail "$dir/syslog.log"
	fi
	sandbox_clear
	exit $status
}
