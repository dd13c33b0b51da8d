if [ ! -L "../$base" ]; then
  if [ -d "$from" ] && [ -f "../$base" ]; then fail "$into is a file"; fi
  if [ ! -d "$from" ] && [ -d "../$base" ]; then fail "$into is a folder"; fi
fi
