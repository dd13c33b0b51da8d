  function mysql(   at, name, value, mode, authority) {
    endpoint(3306)
    user = part("user", user); password = part("password", password, "MYSQL_PWD"); base = part("database", base)
    for (at = 1; at <= count; at++) {
      name = value = option[at]; sub(/=.*/, "", name); sub(/[^=]*=?/, "", value)
      if (name == "ssl-mode") mode = part("option `ssl-mode`", value)
      if (name == "ssl-ca") authority = part("option `ssl-ca`", value)
    }
    if (mode != "" && mode !~ /^(DISABLED|PREFERRED|REQUIRED|VERIFY_CA|VERIFY_IDENTITY)$/)
      refuse("option `ssl-mode`", "has an unknown value")
    print "mysql " host ":" port "/" base
    print "=" host "\n=" port "\n=" user "\n=" password "\n=" base "\n=" mode "\n=" authority
  }
