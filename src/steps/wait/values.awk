  # Names what is refused, without its value.
  function refuse(what, why) { print "the " what " of `" kind "` " why; exit 1 }
  function sound(what, text) { if (text ~ /[\1-\37\177]/) refuse(what, "has a control character"); return text }
  # `echo` and editors leave one line break at the end of a value.
  function trimmed(text) { sub(/\r?\n$/, "", text); return text }
