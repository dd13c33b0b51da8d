  # By TCP also to this very pod: at its first start a server answers on its socket before it is ready.
  function postgres(   at, made, name, value) {
    if (host == "") host = ENVIRON["PGHOST"] == "" ? "127.0.0.1" : trimmed(ENVIRON["PGHOST"])
    endpoint(ENVIRON["PGPORT"] == "" ? 5432 : trimmed(ENVIRON["PGPORT"]))
    user = part("user", user, "PGUSER"); password = part("password", password, "PGPASSWORD")
    base = part("database", base, "PGDATABASE"); if (base == "") base = user
    made = "\nPGHOST=" host "\nPGPORT=" port "\nPGDATABASE=" base "\nPGUSER=" user "\nPGPASSWORD=" password
    for (at = 1; at <= count; at++) {
      name = value = option[at]; sub(/=.*/, "", name); sub(/[^=]*=?/, "", value)
      if (name !~ /^(sslmode|sslrootcert|sslcert|sslkey|target_session_attrs|require_auth)$/) continue
      value = part("option `" name "`", value)
      if (name == "sslmode" && value !~ /^(disable|allow|prefer|require|verify-ca|verify-full)$/)
        refuse("option `sslmode`", "has an unknown value")
      gsub(/_/, "", name); made = made "\nPG" toupper(name) "=" value
    }
    print "postgres " host ":" port "/" base made
  }
