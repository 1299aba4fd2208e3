#!/bin/bash
# Told to stop, libmilter may hang. The daemon ends all the same, and the next
# one takes its place.
. "$(dirname "$0")/../sandbox.sh"

# Stands for one that destroyed a lock which its threads wait for.
gcc_deaf() {
	gcc -shared -fPIC -x c - -o "$1" <<-'END'
	int smfi_stop(void);
	int smfi_stop(void)
	{
		return 0;
	}
	END
}

sandbox_start
list_address 203.0.113.5
ok "there is a library to put before libmilter" gcc_deaf "$dir/deaf.so"
repgated_wrap=(env "LD_PRELOAD=$dir/deaf.so")
repgate_start
wait_for_log 'standing: egress=main .*to=listed'
ok "a message is accepted" send anna@ours.test bob@customer.test
repgate_stop
wait_for_log 'libmilter does not end'
wait_for_log 'repgated: stopped'
ok "its socket is gone" not test -e "$dir/gate/milter.sock"

repgated_wrap=()
repgate_start
ok "another is" send anna@ours.test bob@customer.test
arrived smarthost 2

done_testing
