# A URL whose parts have variables becomes `text`; it is taken apart before the values are put in: whatever a value holds, it
# does not become another part. A URL that begins with a variable is what that variable says.
take() {
  whole=''
  case ${1%%://*} in
    "$1" | *[/?#]*)
      fill "$1"
      text=$value whole=1
      ;;
    *)
      fill "${1%%://*}"
      text=$value://${1#*://}
      ;;
  esac
}
