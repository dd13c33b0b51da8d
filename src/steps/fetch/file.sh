{ to=./$base && : >"$to"; } || fail "cannot write in $place"
