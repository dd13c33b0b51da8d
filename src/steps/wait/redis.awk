  function redis() {
    if (url ~ /^rediss/) refuse("URL", "asks for TLS, which `redis` does not speak")
    endpoint(6379)
    user = part("user", user); password = part("password", password, "REDISCLI_AUTH"); base = part("database", base)
    if (base ~ /[^0-9]/) refuse("database", "is not a number")
    print "redis " host ":" port (base == "" ? "" : "/" base)
    print "=" host "\n=" port "\n=" user "\n=" password "\n=" base
  }
