# Reads one JSON text, and prints what `want` asks for; or, with status 1, what is wrong with it.
function stop(why) { printf "%s", why; exit failed = 1 }
function broken() { stop("is not JSON") }
function next_character() {
  while (at <= size && index(" \t\r\n", substr(text, at, 1))) at++
  return substr(text, at, 1)
}
function utf8(code,   last) {
  if (code < 128) return sprintf("%c", code)
  last = sprintf("%c", 128 + code % 64); code = int(code / 64)
  if (code < 32) return sprintf("%c", 192 + code) last
  last = sprintf("%c", 128 + code % 64) last; code = int(code / 64)
  if (code < 16) return sprintf("%c", 224 + code) last
  return sprintf("%c%c", 240 + int(code / 64), 128 + code % 64) last
}
function four_digits(   number, place, digit) {
  for (place = number = 0; place < 4; place++) {
    digit = at <= size ? index("0123456789abcdef", tolower(substr(text, at++, 1))) : 0
    if (!digit) broken()
    number = number * 16 + digit - 1
  }
  return number
}
function escaped(   letter, code, low) {
  letter = substr(text, at++, 1)
  if (letter == "" || !index("\"\\/bfnrtu", letter)) broken()
  if (letter != "u") return substr("\"\\/\b\f\n\r\t", index("\"\\/bfnrt", letter), 1)
  code = four_digits()
  if (code == 0) stop("has a null character")
  if (code >= 55296 && code < 56320 && substr(text, at, 2) == "\\u") {
    at += 2; low = four_digits()
    if (low >= 56320 && low < 57344) return utf8(65536 + (code - 55296) * 1024 + low - 56320)
    at -= 6
  }
  # Half of a pair stands for nothing.
  return utf8(code >= 55296 && code < 57344 ? 65533 : code)
}
function string(   found, chunk) {
  for (at++; at <= size; ) {
    chunk = substr(text, at, 1000)
    if (!match(chunk, /["\\]/)) { found = found chunk; at += length(chunk); continue }
    found = found substr(chunk, 1, RSTART - 1); at += RSTART
    if (substr(chunk, RSTART, 1) == "\"") return found
    found = found escaped()
  }
  broken()
}
function value(path, depth,   sign, key, number) {
  if (depth > 100) stop("is nested too deep")
  sign = next_character(); start[path] = at
  if (sign == "{" || sign == "[") {
    kind[path] = sign; at++
    if (next_character() == (sign == "{" ? "}" : "]")) at++
    else for (number = 0; ; number++) {
      key = number
      if (sign == "{") {
        if (next_character() != "\"") broken()
        key = string()
        if (next_character() != ":") broken()
        at++
      }
      if (!((path, key) in kind)) keys[path, ++count[path]] = key
      value(path SUBSEP key, depth + 1)
      if (next_character() == ",") { at++; continue }
      if (substr(text, at, 1) != (sign == "{" ? "}" : "]")) broken()
      at++; break
    }
  } else if (sign == "\"") {
    kind[path] = sign; content[path] = string()
  } else if (match(substr(text, at, 1000), /^(-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?|true|false|null)/)) {
    content[path] = substr(text, at, RLENGTH); kind[path] = content[path] == "null" ? "null" : "plain"
    at += RLENGTH
  } else broken()
  end[path] = at
}
function source(path) { return substr(text, start[path], end[path] - start[path]) }
