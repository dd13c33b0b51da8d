function variable(key, path) {
  if (key !~ /^[A-Za-z_][A-Za-z0-9_]*$/) stop("has the key `" key "`, which cannot name a variable")
  if (!(path in content) || kind[path] == "null") stop("has no plain value in `" key "`, as an env file needs")
  if (content[path] ~ /[\047\r]/) stop("has a quote or a carriage return in `" key "`, which no env file can hold")
  return key "=\047" content[path] "\047\n"
}
function shape(path,   number, made) {
  if (kind[path] != "{") stop("is no object with keys")
  for (number = 1; number <= count[path]; number++) made = made variable(keys[path, number], path SUBSEP keys[path, number])
  printf "%s", made
}
