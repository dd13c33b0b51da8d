from=$INITFLOW_FROM
into=$INITFLOW_INTO
folder=${into%/*}
# A name of this pod's own: what a killed run leaves, the next one removes.
part=$folder/.initflow-$(uname -n).part
fail() {
  rm -f "$part"
  say "$1" >&2
  exit 1
}
line='
'
say "$from to $into"
[ ! -d "$from" ] || fail "the template $from is a folder"
[ -f "$from" ] || fail "there is no template $from"
[ -r "$from" ] || fail "the template $from cannot be read by user $(id -u)"
[ ! -d "$into" ] || fail "$into is a folder"
unset=
for name in $INITFLOW_VARS; do
  printenv "$name" >/dev/null 2>&1 || unset="$unset, $name"
done
[ -z "$unset" ] || fail "has no value for ${unset#, }"
[ "$(tr -d '\000' <"$from" | wc -c)" -eq "$(wc -c <"$from")" ] || fail "$from is no text: it has null characters"
mkdir -p "$folder" || fail "cannot make the folder $folder"
rm -f "$part"
umask 077
: >"$part" || fail "cannot write in $folder"
# Each record is what stands behind a `$`; a character at the end of all keeps the last line break, or its absence.
# What goes wrong, and what is worth a note, comes out of the third descriptor.
# shellcheck disable=SC2016
fill='
  function put(text) {
    printf "%s", text
  }
  BEGIN {
    RS = "$"
    FS = "\n"
    split(ENVIRON["INITFLOW_VARS"], names, " ")
    for (at in names) wanted[names[at]] = 1
  }
  NR > 1 { put(before) }
  NR == 1 { before = $0 }
  NR > 1 {
    name = ""
    if (match($0, /^[A-Za-z_][A-Za-z0-9_]*/)) name = substr($0, 1, RLENGTH)
    else if (match($0, /^[{][A-Za-z_][A-Za-z0-9_]*[}]/)) name = substr($0, 2, RLENGTH - 2)
    if (name in wanted) {
      put(ENVIRON[name])
      used[name] = 1
      before = substr($0, RLENGTH + 1)
    } else before = "$" $0
  }
  END {
    put(substr(before, 1, length(before) - 1))
    idle = ""
    for (at = 1; at in names; at++) if (!(names[at] in used)) idle = idle ", " names[at]
    if (idle != "") print "does not use " substr(idle, 3) >"/dev/stderr"
  }
'
said=$({ { cat "$from" && echo; } | { LC_ALL=C awk "$fill" || echo failed >&2; } | { cat >"$part" || echo failed >&2; }; } 2>&1)
case $said in
  *failed) fail "cannot write $into: ${said%%"$line"*}" ;;
  ?*) say "note: the template $said" ;;
esac
chmod "$INITFLOW_MODE" "$part"
mv -f "$part" "$into"
say "wrote $into, $(wc -c <"$into") bytes"
