# shellcheck shell=bash disable=SC2154 # what is of inside and sandbox.sh
#
# It goes, and leaves nothing.

leaves() { # remove|purge
	apt-get "$1" -qq -y repgate >/var/tmp/apt.log 2>&1 </dev/null
}

ok "it is removed" leaves remove
like "with a word on what Postfix still asks" "$(cat /var/tmp/apt.log)" \
    'WARNING: Postfix asks a map'
is "no process is left" "$(pgrep -x repgated)" ""
is "nor a unit" "$(systemctl list-units --all --plain --no-legend \
    'repgate*' | awk '$2 == "loaded"')" ""
is "nor the profile in the kernel" \
    "$(grep '^repgated ' /sys/kernel/security/apparmor/profiles)" ""
ok "it is purged" leaves purge
files >/var/tmp/after
# What the world of this test has written.
is "nothing is left" "$(comm -13 /var/tmp/before /var/tmp/after |
    grep -vE '^/etc/(postfix/main.cf|aliases.db)')" ""
ok "nor the sockets" not test -e "$sockets"
is "nor the user" "$(getent passwd repgate; getent group repgate)" ""
is "nor its name in a group" "$(grep -w repgate /etc/group)" ""
