of_tcp() {
  kind=tcp whole=''
  locate "$1"
  endpoint ''
  check_tcp
}
