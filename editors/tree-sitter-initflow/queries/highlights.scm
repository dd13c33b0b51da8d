; The classes of the language server's semantic tokens, with the names that editors share.

(comment) @comment @spell

(keyword) @keyword
(boolean) @boolean
(word) @variable
((word) @constant
  (#match? @constant "^[A-Z]"))
(property) @property
(number) @number
(path) @string.special.path
(operator) @operator

(function) @function.call
(template (keyword) name: (word) @function)
(parameter name: (_) @variable.parameter)
(argument name: (_) @variable.parameter)
(type) @type

(string) @string
(field name: (string) @property)
(escape) @string.escape
(insertion (word) @variable)

["{" "}" "[" "]" "(" ")"] @punctuation.bracket
["," ";" ":"] @punctuation.delimiter
(insertion ["#{" "}"] @punctuation.special)
