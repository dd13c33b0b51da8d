[
  (block)
  (list)
  (parameters)
  (arguments)
  (group)
] @indent.begin

["}" "]" ")"] @indent.branch @indent.end

(string) @indent.ignore
