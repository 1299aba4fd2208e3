# shellcheck shell=bash disable=SC2154 # what is of inside and sandbox.sh
#
# What the daemon is allowed, by what the kernel says of the process.

is "it is repgate" "$(process Uid)" "$(id -u repgate | sed 's/.*/&\t&\t&\t&/')"
is "and of no other group" "$(process Groups | xargs)" "$(id -g repgate)"
for set in Inh Prm Eff Bnd Amb; do
	is "capabilities: none in $set" "$(process Cap$set)" 0000000000000000
done
is "it gets no privilege by what it runs" "$(process NoNewPrivs)" 1
is "its calls are filtered" "$(process Seccomp)" 2
like "it may open 65536 files" "$(cat "/proc/$(daemon_pid)/limits")" \
    'open files +65536'
for socket in milter map; do
	is "the socket of the $socket is Postfix's to use" \
	    "$(what "$sockets/$socket.sock")" '660 repgate:postfix'
done
is "that of control is not" "$(what /run/repgate/control.sock)" \
    '660 repgate:repgate'
is "the sockets' directory is closed" "$(what "$sockets")" \
    '2750 repgate:postfix'
is "what it remembers is its own" "$(what /var/lib/repgate/state.db)" \
    '600 repgate:repgate'
# systemd sends SIGABRT to the process that it wakes.
was=$(daemon_pid)
another kill -STOP "$was"
ok "one that hangs is replaced" test "$was" != "$(daemon_pid)"
is "by the watchdog" "$(journalctl -b -u repgated -o cat |
    grep -c 'Watchdog timeout')" 1
like "which leaves no core" "$(journalctl -b -u repgated -o cat)" \
    'code=killed, status=6/ABRT'
