request() { said=$(run oras "$@" 2>&1) || { reason && return 1; }; }
