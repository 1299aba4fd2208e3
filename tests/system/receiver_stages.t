#!/bin/bash
# A block is seen at whatever stage it comes, and returns no mail: at the
# greeting, at EHLO, MAIL, RCPT and at the end of data. Each recipient of a
# message has an end of its own. Who does not exist is returned at once, also
# in a flood, and says nothing of our address; nor does what a small host
# pretends that Microsoft had said.
. "$(dirname "$0")/../sandbox.sh"
. "$(dirname "$0")/../world.sh"

deadline=40
unknown='550 5.1.1 User unknown'
refusals() { # RECEIVER REGEX
	grep -cE -- "$2" "$dir/$1.refused"
}
tried() { # RECEIVER REGEX COUNT
	[ "$(refusals "$1" "$2")" -ge "$3" ]
}
bounced() { # ADDRESS
	grep -q "to=<$1>.*status=bounced" "$dir/postfix.log"
}
kept() { # ADDRESS
	grep -q "to=<$1>.*status=deferred (repgate keeps this, " \
	    "$dir/postfix.log"
}

world_open
ask_map
tell_replies
sandbox_start
{
	for stage in banner ehlo mail rcpt end; do
		echo "$stage.test MX mx 60 10 mx.$stage-host.test"
		echo "mx.$stage-host.test A a 60 127.0.0.20"
	done
	cat <<-'END'
	baker.test MX mx 60 10 baker-test.mail.protection.outlook.com
	*.mail.protection.outlook.com A a 60 127.0.0.30
	evil.test MX mx 60 10 mx.evil.test
	mx.evil.test A a 60 127.0.0.40
	END
} | world
refusing_start stages 127.0.0.20
refusing_start outlook 127.0.0.30
refusing_start evil 127.0.0.40
# What is refused waits, and is asked about again; it takes no other way here.
conf policy '( { name = "all"; then = "wait"; } )'
repgate_start
wait_for_log 'standing: egress=main .*to=clean'

for stage in banner ehlo mail rcpt end; do
	code=550
	[ $stage != banner ] || code=554
	script stages "$stage $code $microsoft_words"
	ok "$stage: a message is accepted" send anna@local.test "bob@$stage.test"
	log_has "receiver: name=$stage-host.test egress=main state=blocked "
done
is "nothing is returned" "$(grep -c 'status=bounced' "$dir/postfix.log")" 0
ok "and at EHLO, MAIL, RCPT and end of data that is our doing" \
    [ "$(grep -oE 'repgate keeps this, (ehlo|mail|rcpt|end)-host' \
	"$dir/postfix.log" | sort -u | wc -l)" = 4 ]

script evil "rcpt 550 host baker-test.mail.protection.outlook.com[192.0.2.1] said: 550 $microsoft_words"
for _ in 1 2 3; do
	send anna@local.test eve@evil.test
done
ok "a host forges Microsoft's words" wait_until tried evil '^rcpt' 3
log_has 'receiver: name=evil.test egress=main state=blocked '

flood() {
	perl -MSocket -e '
		socket(my $s, PF_UNIX, SOCK_STREAM, 0);
		connect($s, pack_sockaddr_un($ARGV[0])) or die "$!\n";
		my $key = "reply 5.1.1 host a.mail.protection.outlook.com" .
		    "[192.0.2.1] said: 550 5.1.1 <bob%d\@baker.test>: " .
		    "User unknown (in reply to RCPT TO command)";
		my ($answer, $none) = ("", 0);
		for my $n (1 .. 10000) {
			my $text = sprintf $key, $n;
			syswrite $s, length($text) . ":$text,";
			sysread $s, $answer, 512;
			$none += $answer eq "9:NOTFOUND ,";
		}
		print $none;' "$dir/gate/map.sock"
}
is "10,000 users unknown are left to Postfix" "$(flood)" 10000
log_lacks 'receiver: name="Microsoft 365"'

script outlook 'rcpt /^(gone|nobody)/ '"$unknown" "rcpt /^bad/ 550 $microsoft_words"
ok "a message to several is accepted" send anna@local.test \
    gone@baker.test bad@baker.test fine@baker.test
ok "one is delivered" wait_until message_at outlook
ok "one is returned at once" wait_until bounced gone@baker.test
ok "one is kept" wait_until kept bad@baker.test
ok "the sender is told of the one" wait_until message_at local
is "and of no other" "$(count_messages local 'bad@baker|fine@baker')" 0
is "nobody gets it twice" "$(count_messages outlook)" 1

done_testing
