check_file() {
  fill "$target"
  clean path "$value"
  case /$value/ in */../*) fail "the path of \`file\` leaves the volume" ;; esac
  name="file $value"
  why='not there' now='is there'
  [ -e "$value" ]
}
