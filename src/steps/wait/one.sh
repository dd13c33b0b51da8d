# Waits for one condition.
trap 'exit 143' TERM
limit=${INITFLOW_TIMEOUT:-300} && deadline=$(($(date +%s) + limit)) said='' now='is ready'
say "1 to wait for, up to $limit s"
