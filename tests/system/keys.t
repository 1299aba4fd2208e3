#!/bin/bash
# The personal key of a list is in what is asked and in nothing that is shown,
# however the DNS answers.
. "$(dirname "$0")/../sandbox.sh"

key=Very-Secret_Key.0123456789

# A DNS server that writes down what was asked. It answers as $dir/mode says, the
# entries for tests as a good list does; after "all" those as well as the mode.
lying_dns() {
	cat <<-'END'
	use Socket;
	my ($port, $dir) = @ARGV;
	socket(my $s, PF_INET, SOCK_DGRAM, 0) or die;
	bind($s, sockaddr_in($port, INADDR_LOOPBACK)) or die $!;
	open(my $asked, ">>", "$dir/asked") or die;
	$asked->autoflush(1);
	while (defined(my $from = recv($s, my $question, 512, 0))) {
		open(my $file, "<", "$dir/mode") or die;
		chomp(my $mode = <$file>);
		my ($name, $at) = ("", 12);
		while (my $length = ord(substr($question, $at, 1))) {
			$name .= substr($question, $at + 1, $length) . ".";
			$at += $length + 1;
		}
		my $type = unpack("n", substr($question, $at + 1, 2));
		print $asked "$name\n";
		if (!($mode =~ s/^all //) and $name !~ /^5\.113\.0\.203\./) {
			$mode = $name =~ /^2\.0\.0\.127\./ ?
			    "127.0.0.2" : "nxdomain";
		}
		next if $mode eq "silent";
		my %rcode = (servfail => 2, nxdomain => 3, refused => 5);
		my $rcode = $rcode{$mode} // 0;
		my $data = "";
		$data = pack("C4", split(/\./, $mode)) if $mode =~ /^[0-9]/;
		$data = pack("C/a", "see https://keyed.test/$name")
		    if $data ne "" and $type == 16;
		my $reply = substr($question, 0, 2) .
		    pack("n5", 0x8180 | $rcode, 1, $data ne "", 0, 0) .
		    substr($question, 12, $at + 5 - 12);
		$reply .= pack("n3Nn/a", 0xc00c, $type, 1, 1, $data)
		    if $data ne "";
		$reply = substr($reply, 0, 20) if $mode eq "broken";
		send($s, $reply, 0, $from);
	}
	END
}

answer() { # MODE
	echo "$1" >"$dir/mode.new"
	mv "$dir/mode.new" "$dir/mode"
}

keep_status() {
	repgate status >>"$dir/shown" 2>&1
	repgate status --json >>"$dir/shown" 2>&1
}

# shellcheck disable=SC2317 # by way of ok
check_config() {
	"$repgated" --config "$dir/repgate.conf" --check-config \
	    >>"$dir/shown" 2>&1
}

# shellcheck disable=SC2317
reload() {
	repgate reload >>"$dir/shown" 2>&1
}

# shellcheck disable=SC2317
is_gone() {
	repgate status --json | grep -q 'could be reached'
}

sandbox_start
echo $key >"$dir/dqs.key"
chmod 600 "$dir/dqs.key"
sed -i 's/^lists = (/&\n  { id = "keyed"; provider = "Keyed";\
    zone = "{key}.keyed.test"; subjects = "ip4";\
    codes = ( { answer = "127.0.0.2"; name = "SPAM"; } );\
    removal = "https:\/\/keyed.test\/{subject}"; },/' "$dir/providers.conf"
conf lists '( { list = "keyed"; key_file = "./dqs.key"; } )'
conf dns "{ servers = [ \"127.0.0.1:$((dns_port + 1))\" ]; timeout = \"300ms\";
    tries = 1; check_every = \"1s\"; check_min = \"1s\"; }"
answer 127.0.0.2
start_server liar perl -MIO::Handle -e "$(lying_dns)" $((dns_port + 1)) "$dir"
wait_until test -e "$dir/asked" || give_up "the DNS server does not start"
repgate_start

wait_for_log 'list=keyed .*result=LISTED .*text="see .*\*\*\*\*'
wait_for_log 'standing: egress=main .*to=listed'
keep_status
while read -r mode expected; do
	answer "$mode"
	wait_for_log "list=keyed .*$expected"
	keep_status
done <<-'END'
	servfail SERVFAIL
	nxdomain result=CLEAN
	refused REFUSED
	127.255.255.254 refused.with.127.255.255.254
	127.0.0.99 does.not.define
	203.0.113.9 outside
	broken timed.out
	nxdomain result=CLEAN
	silent timed.out
END
answer 'all 127.255.255.254'
wait_for_log 'list: id=keyed zone=\{key\}.keyed.test state=unfit'
keep_status
stop_server liar KILL
ok "the status says that DNS is gone" wait_until is_gone
keep_status

ok "the configuration is good" check_config
chmod 644 "$dir/dqs.key"
ok "a key that others may read is refused" not check_config
ok "by a reload too" not reload
wait_for_log 'its mode is 0644'
printf '%s\nagain\n' $key >"$dir/dqs.key"
chmod 600 "$dir/dqs.key"
ok "a key file with two lines is refused" not check_config
echo ${key%.*}/x >"$dir/dqs.key"
ok "a key with other letters is refused" not check_config

ok "the key was asked with" grep -q "$key.keyed.test" "$dir/asked"
ok "there is something to look at" grep -q keyed "$dir/shown"
is "what is shown lacks the key" \
    "$(grep -ci -- "${key%%.*}\|0123456789" "$dir/shown")" 0
is "so does the log" \
    "$(grep -ci -- "${key%%.*}\|0123456789" "$dir/repgated.log")" 0

done_testing
