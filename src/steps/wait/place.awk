  function locate() {
    if (host ~ /^([^:]*|\[.*\]):[^:]*$/) { port = host; sub(/.*:/, "", port); sub(/:[^:]*$/, "", host) }
  }
  # Holds `host` and `port` to their forms. One variable may hold both.
  function endpoint(usual) {
    if (port == "") locate(); if (port == "") port = usual
    gsub(/^\[|\]$/, "", host)
    if (host !~ /^[0-9A-Za-z._:][0-9A-Za-z._:-]*$/)
      refuse("host", "is missing or has a character that no host name has")
    if (port !~ /^[1-9][0-9]*$/ || port + 0 > 65535) refuse("port", "is not a number from 1 to 65535")
  }
