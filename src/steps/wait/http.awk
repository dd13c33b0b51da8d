  # Passwords, signatures and what variables hold stay out of the log.
  function http(   usual, site) {
    if (url !~ /^https?:\/\//) refuse("URL", "does not start with `http://` or `https://`")
    usual = url ~ /^https/ ? 443 : 80
    endpoint(usual)
    site = (usual == 443 ? "https://" : "http://") (host ~ /:/ ? "[" host "]" : host) (port == usual ? "" : ":" port)
    user = part("user", user); password = part("password", password)
    if (sound("path", path) ~ / /) refuse("path", "has a space: in a URL it is `%20`")
    print "http " site shown "\nurl = \"" quoted(site path) "\""
    if (user password != "") print "user = \"" quoted(user (password == "" ? "" : ":" password)) "\""
  }
  function quoted(text) { gsub(/[\\"]/, "\\\\&", text); return text }
