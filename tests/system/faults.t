#!/bin/bash
# Some rows of the fault matrix, in short; "make faults" has all of them.
# shellcheck disable=SC2317 # called by name
. "$(dirname "$0")/../sandbox.sh"

[ "$(id -u)" = 0 ] || skip_all "Postfix can only be started by root"

row() {
	local table status=0
	table=$("$root/tests/faults" --seconds 5 "$1") || status=1
	[ $status = 0 ] || note "$table"
	return $status
}

for name in list_flips killed_header reloads; do
	ok "mail survives: $name" row $name
done

echo "1..$tests"
[ $failed = 0 ]
