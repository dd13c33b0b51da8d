request() { said=$(run oras "$@" 2>&1) || failed; }
