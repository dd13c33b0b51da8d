# The token reaches git alone, and git gives it to this site alone.
case $repo in https://*) ;; *) fail "a token goes to https alone, not to $name" ;; esac
trim "$INITFLOW_TOKEN"
export INITFLOW_TOKEN="$value"
trim "${INITFLOW_USER:-git}"
export INITFLOW_USER="$value"
for word in "$INITFLOW_TOKEN" "$INITFLOW_USER"; do
  ! has_control "$word" || fail 'the token or its user has a line break or a control character'
done
site=${repo#https://}
site=${site%%/*}
site=https://${site##*@}
configure "credential.$site.username" "$INITFLOW_USER"
configure "credential.$site.helper" \
  '!answer() { [ "$1" != get ] || printf "username=%s\npassword=%s\n" "$INITFLOW_USER" "$INITFLOW_TOKEN"; }; answer'
