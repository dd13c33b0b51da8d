{ text = text $0 "\n" }
END {
  if (failed) exit 1
  size = length(text)
  at = 1
  value("", 0)
  if (next_character() != "") broken()
  path = ""
  steps = split(where, names, ".")
  for (step = 1; step <= steps; step++) path = path SUBSEP names[step]
  if (want == "kind") printf "%s", kind[path]
  else if (!(path in kind)) stop("has no `" where "`")
  else if (want == "source") print source(path)
  else if (want == "text") {
    if (!(path in content) || kind[path] == "null") stop("has no text in `" where "`")
    printf "%s", content[path]
  }
