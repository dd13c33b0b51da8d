# Whether the file $1 has the size $2 and the checksum $3: of its content, or of what Git stores.
sound() {
  if [ ! -f "$1" ] || [ -L "$1" ] || [ "$(run wc -c <"$1")" -ne "$2" ]; then return 1; fi
  case $3 in
    sha256:*) found=sha256:$(run sha256sum <"$1") ;;
    *) found=git:$({ printf 'blob %s\0' "$2" && cat "$1"; } | run sha1sum) ;;
  esac
  [ "${found%% *}" = "$3" ]
}
# The files that are wanted become lines of size, checksum, path in a URL, and path. A branch may move on meanwhile: all files are
# those of one commit.
list() {
  ask "$hub/api/$kind/$model/revision/$revision" --output ./.initflow-answer || return 1
  commit=$(LC_ALL=C awk "$facts END { print fact(\"sha\") }" ./.initflow-answer)
  case $commit in '' | *[!0-9a-f]*) why='the hub names no commit' && return 1 ;; esac
  page="$hub/api/$kind/$model/tree/$commit?recursive=true"
  : >./.initflow-list
  while [ -n "$page" ]; do
    ask "$page" --output ./.initflow-answer --dump-header ./.initflow-headers || return 1
    LC_ALL=C awk "$facts$lines" ./.initflow-answer >>./.initflow-list || { why='the list of files cannot be read' && return 1; }
    page=$(tr -d '\r' <./.initflow-headers | sed -n 's/^[Ll][Ii][Nn][Kk]: *<\([^>]*\)>; *rel="next".*/\1/p' | head -n 1)
  done
  : >./.initflow-wanted
  while read -r size sum encoded path; do
    # Its `*` and `?` are meant.
    case $path in $pattern) ;; *) continue ;; esac
    case $size in '' | *[!0-9]*) why='the hub names no size' && return 1 ;; esac
    case $sum in *:*[!0-9a-f]* | *:) why='the hub names no checksum' && return 1 ;; esac
    case /$path/ in */../* | */./* | *//* | */.git/* | *[[:cntrl:]\\]*) fail "$name has a file with a name that is not safe: $path" ;; esac
    printf '%s %s %s %s\n' "$size" "$sum" "$encoded" "$path"
  done <./.initflow-list >./.initflow-wanted || return 1
  [ -s ./.initflow-wanted ] || fail "$name has no such files"
}
lines='
  function encoded(path,   place, sign, text) {
    for (place = 1; place <= length(path); place++) {
      sign = substr(path, place, 1)
      text = text (sign ~ /[0-9A-Za-z._~\/-]/ ? sign : sprintf("%%%02X", code[sign]))
    }
    return text
  }
  END {
    if (depth || !listed[1]) exit 1
    for (number = 1; number < 256; number++) code[sprintf("%c", number)] = number
    for (number = 0; (number ".path") in at; number++) {
      if (fact(number ".type") != "file") continue
      sum = (number ".lfs.oid") in at ? "sha256:" at[number ".lfs.oid"] : "git:" fact(number ".oid")
      print fact(number ".size"), sum, encoded(at[number ".path"]), at[number ".path"]
    }
  }
'
# Whether the folder has these files already, and no others.
is_here() {
  [ -d "../$base" ] && [ ! -L "../$base" ] && untouched "$base" || return 1
  [ "$(find "../$base" ! -type d | wc -l)" -eq "$(wc -l <./.initflow-wanted)" ] || return 1
  while read -r size sum _ path; do
    sound "../$base/$path" "$size" "$sum" || return 1
  done <./.initflow-wanted
}
# The part of a file, which is named after the checksum and the path that the file will have.
part_of() { printf './.initflow-parts/%s\n' "$(printf '%s %s' "$1" "$2" | sha256sum | cut -c 1-32)"; }
# Downloads one file into its part, from where that ends.
download() {
  part=$(part_of "$sum" "$path")
  if sound "$part" "$size" "$sum"; then return; fi
  if [ ! -s "$part" ] && sound "../$base/$path" "$size" "$sum" && run cp "../$base/$path" "$part" && sound "$part" "$size" "$sum"; then return; fi
  : >>"$part"
  have=$(wc -c <"$part")
  if [ "$have" -ge "$size" ]; then have=0 && : >"$part"; fi
  if [ "$size" -gt 0 ]; then
    ask "$hub/$folder$model/resolve/$commit/$encoded" --head --output /dev/null || return 1
    if ! why=$(request "$url" --fail --output "$part" --continue-at "$have" --max-filesize "$((size - have))" 2>&1); then
      why=$(printf '%s\n' "${why:-no answer}" | tail -n 1)
      # A server that cannot go on from there begins anew.
      case $why in *range* | *Range* | *416*) : >"$part" ;; esac
      return 1
    fi
  fi
  sound "$part" "$size" "$sum" && return
  rm -f "$part"
  why="$path does not have the size and the checksum that the hub has for it"
  return 1
}
get() {
  list || return 1
  if is_here && settle; then
    say "$into is here already, as in commit $commit"
    exit 0
  fi
  while read -r size sum encoded path; do
    download || return 1
  done <./.initflow-wanted
  while read -r size sum _ path; do
    case $path in */*) mkdir -p "$to/${path%/*}" ;; esac
    mv "$(part_of "$sum" "$path")" "$to/$path" || fail "cannot write in $place"
  done <./.initflow-wanted
}
