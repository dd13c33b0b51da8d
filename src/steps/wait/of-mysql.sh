of_mysql() {
  kind=mysql
  parse "$1"
  endpoint 3306
  part user "$user"
  user=$value
  part password "$password" "${MYSQL_PWD-}"
  password=$value base=${path#/}
  part database "${base%%[?#]*}"
  base=$value
  mode='' authority=''
  if option ssl-mode; then mode=$value; fi
  case $mode in '' | DISABLED | PREFERRED | REQUIRED | VERIFY_CA | VERIFY_IDENTITY) ;; *) fail "the option \`ssl-mode\` of \`mysql\` has an unknown value" ;; esac
  if option ssl-ca; then authority=$value; fi
  check_mysql
}
