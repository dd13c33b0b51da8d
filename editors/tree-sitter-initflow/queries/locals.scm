(document) @local.scope
(template) @local.scope

(let name: (word) @local.definition.constant)
(param name: (word) @local.definition.parameter)
(parameter name: (word) @local.definition.parameter)
(word) @local.reference
