# Asks the API server for the object of a path. Whether it gave it: `answer` is the object; else `why` says why not.
seek() {
  api --url "$server$1"
  case $why in
    'status 200') answer=${answer%|*} && return ;;
    'status 40'[13]) why="$why: the service account may not read it" ;;
    'status 404') why="there is no such $2" ;;
    status*) why="$why from the API server" ;;
  esac
  return 1
}
# Whether the object is as it must be, which the second argument finds out at the end of its JSON; `why` is what it has printed.
judge() {
  why=$(printf '%s' "$answer" | LC_ALL=C awk -v wanted="${2-}" -v status="${3-}" "$facts$1") && return
  why=${why:-this image has no awk}
  return 1
}
