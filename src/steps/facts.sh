# Collects the plain values of a JSON text by their paths, such as at["status.conditions.0.type"], in linear time. Texts stay as
# they are written, with their escapes.
facts='
  function keep(   path, level) {
    if (held && depth <= 6) {
      path = key[1]
      for (level = 2; level <= depth; level++) path = path "." key[level]
      at[path] = last
    }
    held = 0
  }
  function walk(signs,   place, size, sign) {
    size = length(signs)
    for (place = 1; place <= size; place++) {
      sign = substr(signs, place, 1)
      if (index("{[", sign)) { listed[++depth] = sign == "["; key[depth] = 0 }
      else if (index("}]", sign)) { keep(); depth-- }
      else if (sign == ",") { keep(); if (listed[depth]) key[depth]++ }
      else if (sign == ":") { key[depth] = last; held = 0 }
      else if (!index(" \t\r\n", sign)) { last = held ? last sign : sign; held = 1 }
    }
  }
  function fact(path) { return path in at ? at[path] : "" }
  BEGIN { RS = "\"" }
  !inside { walk($0); inside = 1; last = ""; next }
  { last = last $0; if (match($0, /[\\]+$/) && RLENGTH % 2) last = last "\""; else { inside = 0; held = 1 } }
'
