(workload name: (_) @name) @definition.module
(container name: (_) @name) @definition.class
(part name: (_) @name) @definition.class
(volume name: (_) @name) @definition.field
(template name: (_) @name) @definition.function
(param name: (_) @name) @definition.constant
(let name: (_) @name) @definition.constant
(call name: (function) @name) @reference.call
