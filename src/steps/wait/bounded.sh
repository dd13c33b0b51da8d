# Runs a client for as long as a try takes, with no more memory than it needs. Of its messages, 4 KiB go on.
bounded() {
  {
    status=$(
      {
        {
          (
            # shellcheck disable=SC3045 # dash and BusyBox know it; another shell does without.
            ulimit -v 131072 2>/dev/null || :
            exec timeout -k 1 "$try" "$@" 2>&1 >/dev/null 3>&- 4>&-
          ) && echo 0 >&4 || echo 1 >&4
        } | head -c 4096 >&3
      } 4>&1
    )
  } 3>&1
  return "$status"
}
