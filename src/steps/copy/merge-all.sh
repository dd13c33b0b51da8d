if [ -d "$from" ]; then
  (cd -P .. && merge "$from" "$place") || exit 1
elif there "$base"; then
  say "$into is there already, and stays"
else
  copy "$from" "$base" -H
fi
