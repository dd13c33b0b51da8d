# Nothing but the step says how git works: no file of a home or of the image, no question, no other way to a server.
export HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL="${GIT_CONFIG_GLOBAL-/dev/null}" GIT_TERMINAL_PROMPT=0 LC_ALL=C
export GIT_ALLOW_PROTOCOL=https:http:ssh
# Adds to git's configuration, behind what the step's `env` has; a variable leaves nothing behind.
configure() {
  count=${GIT_CONFIG_COUNT:-0}
  export "GIT_CONFIG_KEY_$count=$1" "GIT_CONFIG_VALUE_$count=$2" "GIT_CONFIG_COUNT=$((count + 1))"
}
configure http.lowSpeedLimit 1
configure http.lowSpeedTime 30
git_in_time() { run git "$@" 2>>$log; }
at_tree() { git_in_time -C "$tree" "$@"; }
