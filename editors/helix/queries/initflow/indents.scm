[
  (block)
  (list)
  (parameters)
  (arguments)
  (group)
] @indent

["}" "]" ")"] @outdent
