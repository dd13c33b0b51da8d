if there "$base"; then
  say "$into is there already, and stays"
  exit 0
fi
