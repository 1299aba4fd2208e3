#!/bin/bash
# Under AddressSanitizer: traffic by both doors, a reload, questions of the
# administrator; and when it has stopped nothing is left. Nor is anything of a
# check that the daemon's answer reaches too late.
REPGATED=${REPGATED_ASAN:-$(dirname "$0")/../../build/asan/repgated}
. "$(dirname "$0")/../sandbox.sh"

# With it what comes and what is due are seen at once.
late_library() { # FILE
	gcc -shared -fPIC -D_GNU_SOURCE -x c - -o "$1" <<-'END'
	#include <dlfcn.h>
	#include <sys/epoll.h>
	#include <unistd.h>

	int epoll_wait(int fd, struct epoll_event *events, int count, int ms)
	{
		int (*next)(int, struct epoll_event *, int, int) =
		    dlsym(RTLD_NEXT, "epoll_wait");

		usleep(700000);
		return next(fd, events, count, ms);
	}
	END
}

deadline=60
ok "there is a build with AddressSanitizer" test -x "$repgated"
ok "and it is one" grep -q __asan_init "$repgated"
ask_map
sandbox_start
repgate_start
wait_for_log 'standing: egress=main .*to=clean'
ok "100 are accepted" send_many 10 100
list_address 203.0.113.5
like "a reload" "$(repgate reload)" reloaded
wait_for_log 'standing: egress=main .*to=listed'
ok "100 more are" send_many 10 100
wait_until queue_is_empty
is "200 recipients" "$(recipients_served | wc -l)" 200
like "a status" "$(repgate status --json)" '"egress"'
ok "there is a library to put before libc" late_library "$dir/late.so"
ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD=$dir/late.so \
    "${repgated%d}" --config "$dir/repgate.conf" check --deadline 200ms \
    >"$dir/out" 2>"$dir/err"
like "a check in which all is late" "$(cat "$dir/out")" 'UNKNOWN|unknown'
is "leaves nothing either" "$(grep -c Sanitizer "$dir/err")" 0
repgate_stop
log_lacks 'Sanitizer'

done_testing
