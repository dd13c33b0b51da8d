# Copies the template here. It is the kernel that says which file was opened: by no link is it one outside of the volume.
inside=$(cd -P "$INITFLOW_FROM_VOLUME" && readlink /proc/self/cwd)
status=0
why=$(timeout 60 sh -c 'exec 3<"$1" && case $(readlink /proc/self/fd/3) in "$2"/*) cat <&3 ;; *) exit 9 ;; esac' \
  sh "$from" "$inside" 2>&1 >.initflow-template) || status=$?
if [ "$status" -ne 0 ]; then
  [ "$status" -ne 9 ] || fail "the template $from is a link that leads out of its volume"
  [ -r "$from" ] || fail "the template $from cannot be read by user $me"
  fail "cannot write $into: ${why%%"$newline"*}"
fi
[ "$(tr -d '\000' <.initflow-template | wc -c)" -eq "$(wc -c <.initflow-template)" ] ||
  fail "$from is no text: it has null characters"
# Each record is what stands behind a `$`; a character at the end of all keeps the last line break, or its absence.
# What goes wrong, and what is worth a note, comes out of the third descriptor.
fill='
  BEGIN {
    RS = "$"
    FS = "\n"
    split(ENVIRON["INITFLOW_VARS"], names, " ")
    for (at in names) wanted[names[at]] = 1
  }
  NR > 1 { printf "%s", before }
  NR == 1 { before = $0 }
  NR > 1 {
    name = ""
    if (match($0, /^[A-Za-z_][A-Za-z0-9_]*/)) name = substr($0, 1, RLENGTH)
    else if (match($0, /^[{][A-Za-z_][A-Za-z0-9_]*[}]/)) name = substr($0, 2, RLENGTH - 2)
    if (name in wanted) {
      printf "%s", ENVIRON[name]
      used[name] = 1
      before = substr($0, RLENGTH + 1)
    } else before = "$" $0
  }
  END {
    printf "%s", substr(before, 1, length(before) - 1)
    idle = ""
    for (at = 1; at in names; at++) if (!(names[at] in used)) idle = idle ", " names[at]
    if (idle != "") print "does not use " substr(idle, 3) >"/dev/stderr"
  }
'
said=$({ { cat .initflow-template && echo; } | { LC_ALL=C awk "$fill" || echo failed >&2; } |
  { cat >"./$base" || echo failed >&2; }; } 2>&1)
case $said in
  *failed) fail "cannot write $into: ${said%%"$newline"*}" ;;
  ?*) say "note: the template $said" ;;
esac
