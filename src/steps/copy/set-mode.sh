adjust() {
  if [ -d "$1" ] && [ ! -L "$1" ]; then
    chmod -R "$INITFLOW_MODE_OF_ALL" "$1"
  elif [ ! -L "$1" ]; then
    chmod "$INITFLOW_MODE" "$1"
  fi
}
