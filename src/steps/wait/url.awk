  # Takes SCHEME://USER:PASSWORD@HOST:PORT/PATH?QUERY apart, as it is written. The first `/`, `?` or `#` ends the host.
  function take(text) {
    url = host = text; sub(/^[^:]*:\/\//, "", host)
    path = host; sub(/[\/?#].*/, "", host); path = substr(path, length(host) + 1)
    user = host; if (!sub(/@[^@]*$/, "", user)) user = ""; sub(/.*@/, "", host)
    password = user; if (!sub(/^[^:]*:/, "", password)) password = ""; sub(/:.*/, "", user)
    shown = path; sub(/[?#].*/, "", shown); base = substr(shown, 2)
    query = path; sub(/#.*/, "", query); if (sub(/^[^?]*[?]/, "", query)) count = split(query, option, "&")
  }
  # A part of a URL, with %XX decoded; where it is not there, what the variable holds, as it is.
  function part(what, text, variable,   code, made) {
    if (text == "") { text = trimmed(ENVIRON[variable]); gsub(/%/, "%25", text) }
    for (code = 0; code < 256; code++) byte[sprintf("%%%02x", code)] = sprintf("%c", code ? code : 1)
    for (; match(text, /%[0-9A-Fa-f][0-9A-Fa-f]/); text = substr(text, RSTART + 3))
      made = made substr(text, 1, RSTART - 1) byte[tolower(substr(text, RSTART, 3))]
    return sound(what, made text)
  }
