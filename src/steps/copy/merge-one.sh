if [ ! -d "$from" ]; then
  if there "$base"; then say "$into is there already, and stays"; else copy "$from" "$base" -H; fi
elif [ -d "../$base" ]; then
  (
    cd -P "../$base" && at "$place/$base" || fail "$into is a link"
    merge "$from" "$place/$base"
  ) || exit 1
else
  copy "$from" "$base" -H
fi
