from=$INITFLOW_FROM into=$INITFLOW_INTO
say "$from to $into"
[ ! -d "$from" ] || fail "the template $from is a folder"
[ -f "$from" ] || fail "there is no template $from"
unset=''
for name in $INITFLOW_VARS; do
  printenv "$name" >/dev/null 2>&1 || unset="$unset, $name"
done
[ -z "$unset" ] || fail "has no value for ${unset#, }"
