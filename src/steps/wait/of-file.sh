of_file() {
  kind=file whole=''
  fill "$1"
  clean path "$value"
  file=$value
  case /$file/ in */../*) fail "the path of \`file\` leaves the volume" ;; esac
  check_file
}
