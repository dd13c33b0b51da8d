function shape(path,   key) {
  if (kind[path] != "{") stop("is no object with keys")
  key = ENVIRON["INITFLOW_FIELD"]
  path = path SUBSEP key
  if (!(path in kind) || kind[path] == "null") stop("has no key `" key "`")
  printf "%s", path in content ? content[path] : source(path)
}
