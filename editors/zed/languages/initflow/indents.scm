(block "}" @end) @indent
(list "]" @end) @indent
(parameters ")" @end) @indent
(arguments ")" @end) @indent
