# shellcheck shell=bash disable=SC2154 # what is of inside and sandbox.sh
#
# All until here was under AppArmor's eyes too.

seen_by_kernel() {
	journalctl -b -k -o cat --no-pager |
	    grep -E 'apparmor="(ALLOWED|DENIED)".*profile="repgated"'
}

is "the profile is in force" "$(tr -d '\0' \
    <"/proc/$(daemon_pid)/attr/current")" 'repgated (enforce)'
is "and nothing was missing in it" "$(seen_by_kernel)" ""
ok "a file that anybody may read is denied" \
    not repgated --config /etc/fstab --check-config
wait_until seen_by_kernel >/var/tmp/denied
like "and the kernel says so" "$(cat /var/tmp/denied)" 'name="/etc/fstab"'
