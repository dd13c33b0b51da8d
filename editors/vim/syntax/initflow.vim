" initflow: how a Kubernetes pod starts.
if exists('b:current_syntax')
  finish
endif

syntax case match
syntax iskeyword @,48-57,_,45
syntax sync fromstart

" words: items
let s:items = '%(initflow|use|let)'
" words: item-clauses
let s:item_clauses = '%(as)'
" words: types
let s:types = '%(int|bool|string|cpu|memory|duration|image|url|path|port|volume|container)'
" words: workloads
let s:workloads = '%(pod|deployment|statefulset|daemonset|replicaset|job|cronjob)'
" words: template-workloads
let s:template_workloads = '%(pod|deployment|statefulset|daemonset|replicaset|job|cronjob|part)'
" words: containers
let s:containers = '%(step|sidecar|app|fetch|clone|wait|migrate|copy|own|render|secrets)'
" words: levels
let s:levels = '%(budget|metadata|job|pod)'
" words: security-clauses
let s:security_clauses = '%(restricted)'
" words: volume-clauses
let s:volume_clauses = '%(scratch|memory|claim|secret|configmap|host|image)'
" words: mounts
let s:mounts = '%(reads|updates|writes|mounts)'
" words: mount-clauses
let s:mount_clauses = '%(at|sub|readonly)'
" words: probes
let s:probes = '%(ready|alive|started)'
" words: probe-kinds
let s:probe_kinds = '%(http|https|tcp|grpc|exec)'
" words: probe-clauses
let s:probe_clauses = '%(every|timeout|delay|failures|successes)'
" words: port-clauses
let s:port_clauses = '%(tcp|udp|sctp|host)'
" words: container-statements
let s:container_statements = '%(run|args|cpu|memory|storage|resource|after|takes|stops)'
" words: step-statements
let s:step_statements = '%(from|into|sha256|unpack|header|mode|existing|max-size|max-files|retries|timeout|repo|ref|depth|submodules|paths|key|token|user|outside-links|tcp|http|dns|file|postgres|mysql|redis|job|deployment|statefulset|service|condition|every|django|rails|flyway|liquibase|alembic|prisma|goose|golang-migrate|atlas|once|volume|group|vars|field|format|owner|address|role|auth|audience|namespace|ca)'
" words: step-clauses
let s:step_clauses = '%(keep|replace|contains|cluster-scoped|merge|vault|aws|gcp|azure|json|dotenv|raw|group)'
" words: env-clauses
let s:env_clauses = '%(prefix)'

let s:word = '[A-Za-z_]\k*%(\.[A-Za-z_]\k*)*'

" A keyword that does not begin a dotted name.
function s:Words(list) abort
  return '%(\.)@1<!<' . a:list . '>\.@!'
endfunction

" A statement: it ends with its line, with its block, or before what separates it from the next.
function s:Statement(group, head, contains, options = 'contained') abort
  execute 'syntax region initflow' . a:group . ' matchgroup=initflowKeyword start=/\v' . a:head . '/ end=/\v[;#}]@=|$|^/ end=/}\@1<=/'
        \ 'contains=@initflowValues,' . a:contains a:options
endfunction

function s:Clause(group, list, options = 'contained') abort
  execute 'syntax match initflow' . a:group '/\v' . s:Words(a:list) . '/' a:options
endfunction

function s:Block(group, holds) abort
  execute 'syntax region initflow' . a:group 'matchgroup=initflowBracket start=/{/ end=/}/ contained transparent contains=' . a:holds
endfunction

" Values. If two match, the later one wins.
execute 'syntax match initflowVariable /\v' . s:word . '/ contained'
syntax match initflowEnumeration /\v%(\.)@1<!<[A-Z]\k*>\.@!/ contained
execute 'syntax match initflowFunction /\v' . s:word . '%(\s*\()@=/ contained'
syntax match initflowBoolean /\v%(\.)@1<!<%(true|false)>\.@!/ contained
syntax match initflowOperator /\v\.\.|[=!]\=|[=!]|\&\&|\|\|?/ contained
syntax match initflowPath /\v\/[/*]@![^ \t"#'(),;\[\]{}]*/ contained
syntax match initflowNumber /\v%(\k)@1<!-?[0-9]%([0-9A-Za-z%]|\.\.@!)*/ contained
syntax match initflowEscape /\v\\%(u\{\x*\}|.)/ contained
syntax region initflowInsertion matchgroup=initflowDelimiter start=/#{/ end=/}/ oneline contained contains=initflowVariable
syntax region initflowString start=/"/ end=/"\|$/ contained contains=initflowEscape,initflowInsertion
syntax region initflowString start=/'/ end=/'\|$/ contained
syntax region initflowString start=/"""/ end=/"""/ contained contains=initflowEscape,initflowInsertion
syntax region initflowString start=/'''/ end=/'''/ contained
syntax region initflowList matchgroup=initflowBracket start=/\[/ end=/\]/ contained transparent contains=@initflowValues,initflowComment
syntax match initflowParameter /\v<\k+%(\s*:)@=/ contained
syntax region initflowArguments matchgroup=initflowBracket start=/(/ end=/)/ contained transparent contains=@initflowValues,initflowComment,initflowParameter
syntax cluster initflowValues contains=initflowVariable,initflowEnumeration,initflowFunction,initflowBoolean,initflowOperator,initflowPath,initflowNumber,initflowString,initflowList,initflowArguments

syntax match initflowComment /#.*$/ contains=@Spell

" A Kubernetes field, a key or a variable of the environment.
execute 'syntax region initflowProperty matchgroup=initflowKey start=/\v' . s:word . '|"%([^"\\]|\\.)*"|''[^'']*''/ end=/\v[;#}]@=|$|^/ end=/}\@1<=/ contains=@initflowValues,initflowFields contained'
call s:Block('Fields', 'initflowComment,initflowProperty')

" In `env`.
call s:Clause('EnvironmentClause', s:env_clauses)
call s:Statement('EnvironmentFrom', s:Words('from'), 'initflowEnvironmentClause')
call s:Statement('EnvironmentBranch', s:Words('%(when|else)'), 'initflowWhen,initflowEnvironment')
call s:Block('Environment', 'initflowComment,initflowProperty,initflowEnvironmentFrom,initflowEnvironmentBranch')

" In a container.
call s:Clause('StepClause', s:step_clauses)
call s:Clause('MountClause', s:mount_clauses)
call s:Clause('PortClause', s:port_clauses)
call s:Clause('ProbeClause', s:probe_clauses)
call s:Clause('ProbeKind', s:probe_kinds)
call s:Statement('ContainerStatement', s:Words(s:container_statements), 'initflowFields')
call s:Statement('StepStatement', s:Words(s:step_statements), 'initflowStepClause,initflowFields')
call s:Statement('Mount', s:Words(s:mounts), 'initflowMountClause,initflowFirst,initflowFields')
call s:Statement('Port', s:Words('port'), 'initflowPortClause,initflowFirst,initflowFields')
call s:Statement('Probe', s:Words(s:probes), 'initflowProbeKind,initflowProbeClause,initflowProbed,initflowFields')
call s:Statement('Env', s:Words('env'), 'initflowEnvironment')
unlet! b:current_syntax
syntax include @initflowShell syntax/sh.vim
unlet! b:current_syntax
syntax region initflowShell matchgroup=initflowString start=/'''\s*$/ end=/'''/ keepend contained contains=@initflowShell
syntax iskeyword @,48-57,_,45
call s:Statement('Script', s:Words('script'), 'initflowShell')
call s:Statement('ContainerBranch', s:Words('%(when|else)'), 'initflowWhen,initflowContainer')
syntax cluster initflowContainer contains=initflowComment,initflowProperty,initflowContainerStatement,initflowStepStatement,initflowMount,initflowPort,initflowProbe,initflowEnv,initflowScript,initflowContainerBranch
call s:Block('Container', '@initflowContainer')

" In a workload.
call s:Clause('Kind', s:containers)
call s:Clause('VolumeClause', s:volume_clauses)
call s:Clause('SecurityClause', s:security_clauses)
call s:Clause('From', 'from')
execute 'syntax match initflowOrigin /\v%(' . s:Words('from') . '\s+)@<=' . s:word . '/ contained'
call s:Statement('Level', s:Words(s:levels), 'initflowFields')
call s:Statement('Security', s:Words('security'), 'initflowSecurityClause')
call s:Statement('Volume', s:Words('volume'), 'initflowVolumeClause,initflowFirst,initflowFields')
call s:Statement('ContainerOf', s:Words(s:containers), 'initflowFrom,initflowOrigin,initflowFirst,initflowContainer')
call s:Statement('Part', s:Words('part'), 'initflowFrom,initflowOrigin,initflowFirst,initflowWorkload')
call s:Statement('Defaults', s:Words('defaults'), 'initflowKind,initflowContainer', '')
call s:Statement('WorkloadBranch', s:Words('%(when|else)'), 'initflowWhen,initflowWorkload')
syntax cluster initflowWorkload contains=initflowComment,initflowProperty,initflowLevel,initflowSecurity,initflowVolume,initflowContainerOf,initflowPart,initflowDefaults,initflowWorkloadBranch
call s:Block('Workload', '@initflowWorkload')

" In a file.
call s:Clause('ItemClause', s:item_clauses)
call s:Clause('When', 'when')
call s:Clause('Type', s:types)
syntax region initflowTyped matchgroup=initflowOperator start=/:/ end=/\v[=;#}]@=|$/ contained transparent contains=@initflowValues,initflowType
syntax region initflowTypedParameter matchgroup=initflowOperator start=/:/ end=/\v[,)=]@=/ contained transparent contains=@initflowValues,initflowType
syntax region initflowParameters matchgroup=initflowBracket start=/(/ end=/)/ contained transparent contains=@initflowValues,initflowComment,initflowParameter,initflowTypedParameter
call s:Statement('Item', s:Words(s:items), 'initflowItemClause', '')
call s:Statement('Param', s:Words('param'), 'initflowTyped', '')
call s:Statement('WorkloadOf', s:Words(s:workloads), 'initflowFrom,initflowOrigin,initflowFirst,initflowWorkload', '')
call s:Statement('TemplateOfWorkload', s:Words('template') . '\s+' . s:Words(s:template_workloads), 'initflowParameters,initflowWorkload', '')
call s:Statement('TemplateOfContainer', s:Words('template') . '\s+' . s:Words(s:containers), 'initflowParameters,initflowContainer', '')
call s:Statement('FileBranch', s:Words('%(when|else)'), 'initflowWhen,initflowFile', '')
call s:Block('File', 'initflowComment,initflowItem,initflowParam,initflowWorkloadOf,initflowTemplateOfWorkload,initflowTemplateOfContainer,initflowFileBranch,initflowDefaults')

" The first word after these is a name, even if it looks like a keyword.
execute 'syntax match initflowFirst /\v%(%(^|[{;])\s*%(volume|port|part|' . s:mounts . '|' . s:workloads . '|' . s:containers . ')\s+)@<=<\k+>\.@!/ contained'
execute 'syntax match initflowProbed /\v%(%(^|[{;])\s*' . s:probes . '\s+' . s:probe_kinds . '\s+)@<=<[A-Za-z_]\k*>\.@!/ contained'

delfunction s:Words
delfunction s:Statement
delfunction s:Clause
delfunction s:Block

for s:group in ['Kind', 'When', 'From', 'ItemClause', 'SecurityClause', 'VolumeClause', 'MountClause', 'PortClause', 'ProbeKind', 'ProbeClause', 'StepClause', 'EnvironmentClause']
  execute 'highlight default link initflow' . s:group 'initflowKeyword'
endfor
highlight default link initflowComment Comment
highlight default link initflowKeyword Statement
highlight default link initflowKey Identifier
highlight default link initflowFunction Function
highlight default link initflowOrigin initflowFunction
highlight default link initflowParameter Label
highlight default link initflowType Type
highlight default link initflowEnumeration Constant
highlight default link initflowBoolean Boolean
highlight default link initflowNumber Number
highlight default link initflowString String
highlight default link initflowPath String
highlight default link initflowEscape SpecialChar
highlight default link initflowDelimiter Special
highlight default link initflowOperator Operator

let b:current_syntax = 'initflow'
