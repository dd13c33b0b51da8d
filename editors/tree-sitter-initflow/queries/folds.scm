[
  (block)
  (list)
  (parameters)
  (arguments)
  (string)
] @fold
