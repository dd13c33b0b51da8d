# Runs a command no longer than the time that is left.
run() { left=$((deadline - $(date +%s))) && timeout "$((left > 0 ? left : 1))" "$@"; }
