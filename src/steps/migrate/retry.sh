# Runs a tool, and again while another run holds the lock that it gives up on: $INITFLOW_LOCKED is how it says so, and
# pg_type_typname_nsp_index how PostgreSQL refuses a table that two runs create at the same time, before they take the lock.
attempt() {
  {
    "$@" 2>&1 && ended=0 || ended=$?
    printf 'migrate: ended with %s\n' "$ended"
  } | {
    locked='' ended=1
    while IFS= read -r line; do
      case $line in
        *'migrate: ended with '*)
          ended=${line##*'migrate: ended with '}
          line=${line%'migrate: ended with '*}
          [ -n "$line" ] || continue
          ;;
        *"$INITFLOW_LOCKED"* | *pg_type_typname_nsp_index*) locked=1 ;;
      esac
      printf '%s\n' "$line"
    done
    if [ "$ended" -ne 0 ] && [ -n "$locked" ]; then
      exit 75
    fi
    exit "$ended"
  }
}

say "$*"
tries=60
while :; do
  attempt "$@" && exit 0 || ended=$?
  tries=$((tries - 1))
  if [ "$ended" -ne 75 ]; then
    say "failed: $1 ended with exit status $ended" >&2
    exit 1
  elif [ "$tries" -eq 0 ]; then
    say "failed: another migration holds the lock ($INITFLOW_LOCKED)" >&2
    exit 1
  fi
  say "another migration holds the lock; trying again in 5 s"
  sleep 5
done
