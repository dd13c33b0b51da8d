limit=${INITFLOW_TIMEOUT:-300} && deadline=$(($(date +%s) + limit)) why='no answer'
