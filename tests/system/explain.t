#!/bin/bash
# "repgate explain" says what would become of a message, and the doors then say
# the same.
. "$(dirname "$0")/../sandbox.sh"

ask_map
sandbox_start
conf policy '( { name = "patience"; recipients = [ "slow.test" ];
      then = "wait"; },
    { name = "all"; then = "reroute"; via = [ "smarthost" ]; } )'
write_conf
said=$(repgate explain --from anna@ours.test --to bob@customer.test \
    --assume main=listed 2>&1)
like "without the daemon, as things are assumed to be" "$said" \
    'action +reroute via smarthost'
said=$(repgate explain --from anna@ours.test --to bob@customer.test \
    --assume receiver:big.test=blocked --receiver big.test 2>&1)
like "a receiver that blocks us, which no list tells" "$said" \
    'receiver +big.test: blocked'
like "its mail moves" "$said" \
    "recipient: .*rule +all: holds and decides.*answer +OK smtp:"
said=$(repgate explain --from anna@ours.test --to bob@customer.test \
    --assume receiver:big.test=blocked --receiver small.test 2>&1)
like "and that for another does not" "$said" \
    'receiver +small.test: open.*action +pass'
ok "a receiver that is none" not repgate explain --from a@ours.test \
    --to b@customer.test --assume main=clean --receiver nobody 2>/dev/null
ok "without either it does not guess" not repgate explain \
    --from anna@ours.test --to bob@customer.test 2>/dev/null

list_address 203.0.113.5
repgate_start
wait_for_log 'standing: egress=main .*to=listed'
said=$(repgate explain --door sender --to bob@customer.test --from '<>')
like "how it stands" "$said" \
    'standing +listed since 2[^ ]*: 203.0.113.5 is blocked by Example BL SPAM'
like "which rule did not hold" "$said" \
    'rule +patience: does not hold: recipients'
like "which rule did" "$said" 'rule +all: holds and decides'
like "the answer" "$said" "answer +OK $(ask sender '<>' | sed 's/[][]/\\&/g')"
said=$("$repgate" explain --to bob@slow.test --from anna@ours.test \
    --door recipient --config "$dir/repgate.conf" --json)
like "as JSON, options behind" "$said" '"action": "wait"'
like "the answer" "$said" "$(ask recipient bob@slow.test)"
ok "an unknown door" not repgate explain --from a --to b --door back \
    2>/dev/null

done_testing
