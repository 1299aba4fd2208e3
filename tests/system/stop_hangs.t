#!/bin/bash
# Told to stop, libmilter may hang. The daemon ends all the same, at once, and
# the next one takes its place.
. "$(dirname "$0")/../sandbox.sh"

# Stands for a libmilter whose threads wait for a lock that is no more.
hanging_library() {
	gcc -shared -fPIC -x c - -o "$1" <<-'END'
	#include <unistd.h>

	int smfi_main(void);
	int smfi_main(void)
	{
		for (;;)
			pause();
	}
	END
}

sandbox_start
list_address 203.0.113.5
ok "there is a library to put before libmilter" \
    hanging_library "$dir/hangs.so"
repgated_wrap=(env "LD_PRELOAD=$dir/hangs.so")
repgate_start
wait_for_log 'standing: egress=main .*to=listed'
before=$SECONDS
repgate_stop
ok "soon" [ $((SECONDS - before)) -le $((2 * slowness)) ]
wait_for_log 'repgated: stopped'
ok "its socket is gone" not test -e "$dir/gate/milter.sock"

repgated_wrap=()
repgate_start
ok "a message is accepted" send anna@ours.test bob@customer.test
arrived smarthost 1

done_testing
