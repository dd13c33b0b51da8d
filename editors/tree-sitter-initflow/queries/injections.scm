((comment) @injection.content
  (#set! injection.language "comment"))

; A script without an interpreter runs in `sh`.
(script
  (keyword)
  .
  (string (raw_text) @injection.content)
  (#set! injection.language "bash"))

(script
  (keyword)
  .
  (string) @_shell
  .
  (string (raw_text) @injection.content)
  (#match? @_shell "[\"/ ](ba|da|k|z)?sh[\" ]")
  (#set! injection.language "bash"))

(script
  (keyword)
  .
  (string) @_shell
  .
  (string (raw_text) @injection.content)
  (#match? @_shell "python")
  (#set! injection.language "python"))

(statement
  (keyword) @_name
  .
  (string (text) @injection.content)
  (#eq? @_name "run")
  (#set! injection.language "bash"))
