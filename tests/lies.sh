# shellcheck shell=bash
#
# lies.sh -- for tests of what repgate makes of DNS answers, true and false.
# To be sourced after sandbox.sh; it needs no Postfix and no root.
#
#   lies ZONE...            the lying server says what standard input tells it
#                           (tests/unit/dns_server.h); the directory has a
#                           list for each of these zones
#   check ARGUMENT...       runs repgate check: $out, $err, $status

# shellcheck disable=SC2034,SC2154 # variables of the tests, and of sandbox.sh

lying_dns=${LYING_DNS:-$root/build/tools/lying_dns}
out='' err='' status=0

lies_open() {
	sandbox_open perl flock
	: >"$dir/directory"
}

# list ZONE [SETTINGS]: its id is the zone with dashes.
list() {
	local settings=${2:-'subjects = [ "ip4", "ip6" ]; impact = "high";'}
	cat >>"$dir/directory" <<-END
	  { id = "${1//./-}"; provider = "The $1"; zone = "$1";
	    codes = ( { answer = "127.0.0.2"; name = "SPAM"; },
	              { answer = "127.0.0.4-7"; name = "BOTS"; } );
	    refusals = ( { answer = "127.255.255.254";
	                   cause = "asked through a public resolver"; } );
	    removal = "https://$1/remove?ip={subject}"; $settings },
	END
}

write_directory() {
	{
		echo 'lists = ('
		sed '$s/},$/}/' "$dir/directory"
		echo ');'
	} >"$dir/providers.conf"
}

lies() { # ZONE...
	local zone
	for zone; do
		list "$zone"
	done
	write_directory
	cat >"$dir/lies"
	if [ -n "${pids[dns]:-}" ]; then
		kill -HUP "${pids[dns]}"
		sleep 0.1
		return
	fi
	start_server dns "$lying_dns" -p "$dns_port" -l "$dir/questions" \
	    "$dir/lies"
	wait_until grep -qs : "$dir/dns.log" ||
	    give_up "the lying server does not start"
}

questions() { # REGEX
	grep -cE -- "$1" "$dir/questions"
}

# The configuration is that of write_conf, where the test wrote one.
check() { # ARGUMENT...
	local config=()
	[ ! -e "$dir/repgate.conf" ] || config=(--config "$dir/repgate.conf")
	status=0
	"$repgate" "${config[@]}" check --providers "$dir/providers.conf" \
	    --server "127.0.0.1:$dns_port" "$@" >"$dir/out" \
	    2>"$dir/err" || status=$?
	out=$(cat "$dir/out")
	err=$(cat "$dir/err")
}

# The row of a list in the table, without its removal address.
row() { # LIST
	grep -F " ${1//./-} " "$dir/out" | sed 's/  */ /g; s/ [^ ]*$//'
}

# json EXPRESSION: of perl, in which $_ is what check --json printed.
json() {
	perl -MJSON::PP -e '
		local $/;
		open my $in, "<", shift or die;
		$_ = decode_json(<$in>);
		print eval(shift) // "null", "\n"; die $@ if $@' "$dir/out" "$1"
}
