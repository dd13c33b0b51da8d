; The classes of the language server's semantic tokens, with the names that Helix's themes use.

(comment) @comment.line

(keyword) @keyword
(boolean) @constant.builtin.boolean
(word) @variable
((word) @constant
  (#match? @constant "^[A-Z]"))
(property) @variable.other.member
(number) @constant.numeric
(path) @string.special.path
(operator) @operator

(function) @function
(template (keyword) name: (word) @function)
(parameter name: (_) @variable.parameter)
(argument name: (_) @variable.parameter)
(type) @type

(string) @string
(field name: (string) @variable.other.member)
(escape) @constant.character.escape
(insertion (word) @variable)

["{" "}" "[" "]" "(" ")"] @punctuation.bracket
["," ";" ":"] @punctuation.delimiter
(insertion ["#{" "}"] @punctuation.special)
