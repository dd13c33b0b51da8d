if [ ! -d "$tree" ]; then
  say "$into has commit $commit already"
  exit 0
fi
