(workload (block) @class.inside) @class.around
(template (block) @class.inside) @class.around
(container (block) @function.inside) @function.around
(parameter) @parameter.inside
(argument) @parameter.inside
(comment) @comment.inside
