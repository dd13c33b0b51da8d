check_http() {
  failed=''
  why=$(request --output /dev/null --write-out '%{http_code} %{errormsg}') || failed=failed
  answered
}
