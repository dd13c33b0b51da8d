(workload (keyword) @context name: (_) @name) @item
(template (keyword) @context name: (_) @name) @item
(container (keyword) @context name: (_) @name) @item
(part (keyword) @context name: (_) @name) @item
(volume (keyword) @context name: (_) @name) @item
(param (keyword) @context name: (_) @name) @item
(let (keyword) @context name: (_) @name) @item
