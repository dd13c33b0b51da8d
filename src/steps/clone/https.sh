# The token reaches git alone, and git gives it to this site alone.
connect() {
  [ -n "${INITFLOW_TOKEN:-}" ] || return 0
  case $repo in https://*) ;; *) fail "a token goes to https alone, not to $name" ;; esac
  trim "$INITFLOW_TOKEN"
  export INITFLOW_TOKEN="$value"
  trim "${INITFLOW_USER:-git}"
  export INITFLOW_USER="$value"
  for word in "$INITFLOW_TOKEN" "$INITFLOW_USER"; do
    ! has_control "$word" || fail 'the token or its user has a line break or a control character'
  done
  site=https://${host##*@}
  configure "credential.$site.username" "$INITFLOW_USER"
  # shellcheck disable=SC2016 # It is git that runs this.
  configure "credential.$site.helper" \
    '!answer() { [ "$1" != get ] || printf "username=%s\npassword=%s\n" "$INITFLOW_USER" "$INITFLOW_TOKEN"; }; answer'
}
