# Prints the first link in this folder that leads out of it, if there is one: a reader would be led to other files of its own.
# $1 is the way here with a `/` at its end, and $2 how many folders deep that is. The folder `unlinked` is known to have none.
unlinked=
astray() {
  for entry in ./* ./.[!.]* ./..?*; do
    entry=${entry#./}
    if [ -L "./$entry" ]; then
      if leads_out "./$entry" "$2"; then printf '%s\n' "$1$entry"; fi
    elif [ -d "./$entry" ] && [ "$1$entry" != "$unlinked" ]; then
      (cd "./$entry" && astray "$1$entry/" "$(($2 + 1))") || :
    else
      continue
    fi
  done | head -n 1
}
# Whether the link $1, which is $2 folders deep, leads out. Where `..` comes after a name, which may be a link too, it could.
leads_out() {
  target=$(readlink "$1" && echo .)
  target=${target%?.} up=0
  while :; do
    case $target in
      ..) target='' up=$((up + 1)) ;;
      ../*) target=${target#../} up=$((up + 1)) ;;
      ./*) target=${target#./} ;;
      *) break ;;
    esac
  done
  case $target/ in /?* | */../*) return 0 ;; esac
  [ "$up" -gt "$2" ]
}
