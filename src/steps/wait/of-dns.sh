of_dns() {
  kind=dns whole=''
  fill "$1"
  clean name "$value"
  host=$value
  case $host in '' | -* | *[!0-9A-Za-z._-]*) fail "the name of \`dns\` is not a host name" ;; esac
  check_dns
}
