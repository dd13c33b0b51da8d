  function dns() {
    host = sound("name", filled(ENVIRON[from]))
    if (host !~ /^[0-9A-Za-z._][0-9A-Za-z._-]*$/) refuse("name", "is not a host name")
    print "dns " host "\n" host
  }
