# Asks the API server for the object of a path. Whether it gave it: `answer` is the object; else `why` says why not.
seek() {
  api "$1"
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
# Collects the plain values of a JSON text by their paths, such as at["status.conditions.0.type"], in linear time. Texts stay as
# they are written, with their escapes.
facts='
  function keep(   path, level) {
    if (held && depth <= 6) {
      path = key[1]
      for (level = 2; level <= depth; level++) path = path "." key[level]
      at[path] = last
    }
    held = 0
  }
  function walk(signs,   place, size, sign) {
    size = length(signs)
    for (place = 1; place <= size; place++) {
      sign = substr(signs, place, 1)
      if (index(" \t\r\n", sign)) continue
      if (index("{[", sign)) {
        listed[++depth] = sign == "["
        key[depth] = 0
      } else if (index("}]", sign)) {
        keep()
        depth--
      } else if (sign == ",") {
        keep()
        if (listed[depth]) key[depth]++
      } else if (sign == ":") {
        key[depth] = last
        held = 0
      } else {
        last = held ? last sign : sign
        held = 1
      }
    }
  }
  function fact(path) { return path in at ? at[path] : "" }
  BEGIN { RS = "\"" }
  !inside {
    walk($0)
    inside = 1
    last = ""
    next
  }
  {
    last = last $0
    if (match($0, /[\\]+$/) && RLENGTH % 2) last = last "\""
    else {
      inside = 0
      held = 1
    }
  }
'
