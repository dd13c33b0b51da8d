  # Fills an address that is taken apart: whatever a value holds, it does not become another part.
  function fill(   at, name) {
    locate(); host = filled(host); port = filled(port); user = filled(user); password = filled(password)
    path = filled(path); base = filled(base)
    for (at = 1; at <= count; at++) {
      name = option[at]; sub(/=.*/, "", name)
      option[at] = name filled(substr(option[at], length(name) + 1))
    }
  }
  # A URL that begins with a variable is what that variable says.
  function opened(url,   scheme) {
    scheme = url; sub(/:\/\/.*/, "", scheme)
    if (scheme != url && scheme !~ /[\/?#]/) return filled(scheme) substr(url, length(scheme) + 1)
    url = filled(url); whole = 1
    return url
  }
