check_dns() {
  part name "$target"
  name="dns $value"
  why='no address' now='has an address'
  case $value in *:*) false ;; *) is_host "$value" ;; esac || fail "the name of \`dns\` is not a host name"
  # As the application's own resolver sees it; `nslookup` reads the search domains in its own way.
  timeout "$try" getent ahosts "$value" >/dev/null 2>&1 || timeout "$try" getent hosts "$value" >/dev/null 2>&1
}
