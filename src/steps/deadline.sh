deadline=$(($(date +%s) + INITFLOW_TIMEOUT)) why='no answer'
