# The text with the values of its variables.
of_contains() {
  whole=''
  fill "$1"
  trim "$value"
  contains=$value
}
