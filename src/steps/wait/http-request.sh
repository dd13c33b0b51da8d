# What may be secret in the URL is in no list of processes.
request() {
  printf '%s\n' "$config" | curl -q --config - --silent --globoff --proto '=http,https' --max-time "$try" "$@"
}
# Whether the status is the right one; it and the reason are in `why`.
answered() {
  status=${why%% *} why=${why#* }
  case $status in [1-9]??) why="status $status${why:+, $why}" ;; esac
  case $failed$wanted/$status in any/[23]?? | "$status/$status") ;; *) return 1 ;; esac
}
