check_dns() {
  name="dns $target"
  why='no address' now='has an address'
  case $target in -*) return 1 ;; esac
  # As the application's own resolver sees it; `nslookup` reads the search domains in its own way.
  timeout "$try" getent ahosts "$target" >/dev/null 2>&1 || timeout "$try" getent hosts "$target" >/dev/null 2>&1
}
