mkdir "$new" || fail "cannot write in $place"
to=.initflow-part
: >"$to" || fail "cannot write in $place"
