  function tcp() {
    host = ENVIRON[from]; fill(); endpoint("")
    print "tcp " (host ~ /:/ ? "[" host "]" : host) ":" port "\n" host "\n" port
  }
