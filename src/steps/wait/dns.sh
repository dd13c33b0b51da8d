# As the application's own resolver sees it; `nslookup` reads the search domains in its own way.
check_dns() {
  why='no address' now='has an address'
  timeout "$try" getent ahosts "$host" >/dev/null 2>&1 || timeout "$try" getent hosts "$host" >/dev/null 2>&1
}
