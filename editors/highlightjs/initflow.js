// The initflow language for highlight.js. Shiki uses the TextMate grammar in ../vscode instead.

const WORD = "[A-Za-z_][\\w-]*(?:\\.[A-Za-z_][\\w-]*)*";
const NAME = "[A-Za-z_][\\w-]*";

// words: items
const items = "initflow use let";
// words: item-clauses
const itemClauses = "as";
// words: types
const types = "int bool string cpu memory duration image url path port volume container";
// words: workloads
const workloads = "pod deployment statefulset daemonset replicaset job cronjob";
// words: template-workloads
const templateWorkloads = "pod deployment statefulset daemonset replicaset job cronjob part";
// words: containers
const containers = "step sidecar app fetch clone wait migrate copy own render secrets";
// words: levels
const levels = "budget metadata job pod";
// words: security-clauses
const securityClauses = "restricted";
// words: volume-clauses
const volumeClauses = "scratch memory claim secret configmap host image";
// words: mounts
const mounts = "reads updates writes mounts";
// words: mount-clauses
const mountClauses = "at sub readonly";
// words: probes
const probes = "ready alive started";
// words: probe-kinds
const probeKinds = "http https tcp grpc exec";
// words: probe-clauses
const probeClauses = "every timeout delay failures successes";
// words: port-clauses
const portClauses = "tcp udp sctp host";
// words: container-statements
const containerStatements = "run args cpu memory storage resource after takes stops";
// words: step-statements
const stepStatements = "from into sha256 unpack header mode existing max-size max-files retries timeout repo ref depth submodules paths key token user outside-links tcp http dns file postgres mysql redis job deployment statefulset service condition every django rails flyway liquibase alembic prisma goose golang-migrate atlas once volume group vars field format owner address role auth audience namespace ca";
// words: step-clauses
const stepClauses = "keep replace contains cluster-scoped merge vault aws gcp azure json dotenv raw group";
// words: env-clauses
const envClauses = "prefix";

export default function initflow(hljs) {
  const words = (list) => `(?<![\\w.-])(?:${list.split(" ").join("|")})(?![\\w.-])`;
  const clause = (list) => ({ match: words(list), scope: "keyword" });

  const comment = hljs.COMMENT("#", "$");
  const insertion = { scope: "subst", begin: /#\{/, end: /\}|$/, contains: [{ match: WORD, scope: "variable" }] };
  const escape = { match: /\\(?:u\{[0-9A-Fa-f]*\}|.)/, scope: "char.escape" };
  const string = {
    scope: "string",
    variants: [
      { begin: '"""', end: '"""', contains: [escape, insertion] },
      { begin: "'''", end: "'''" },
      { begin: '"', end: '"|$', contains: [escape, insertion] },
      { begin: "'", end: "'|$" },
    ],
  };
  const type = { match: words(types), scope: "type" };
  const call = { match: `${WORD}(?=[ \\t]*\\()`, scope: "title.function" };
  const argument = { match: [NAME, /[ \t]*:/], scope: { 1: "params", 2: "punctuation" } };
  const values = [
    string,
    { match: /\/(?![/*])[^\s"#'(),;[\]{}]*/, scope: "string" },
    { match: /(?<![\w-])-?[0-9](?:[0-9A-Za-z%]|\.(?!\.))*/, scope: "number" },
    { match: /\.\.|==|!=|=|!|&&|\|\|?/, scope: "operator" },
    { match: words("true false"), scope: "literal" },
    call,
    { match: /(?<![\w.-])[A-Z][\w-]*(?![\w.-])/, scope: "variable.constant" },
    { match: `(?:(?<=\\.\\.)|(?<![\\w.-]))${WORD}`, scope: "variable" },
  ];
  const list = { begin: /\[/, end: /\]/, contains: [comment, ...values] };
  const round = { begin: /\(/, end: /\)/, contains: [comment, argument, ...values] };
  for (const nested of [list, round]) nested.contains.push(list, round);
  values.push(list, round);

  const fields = block();
  const environment = block();
  const container = block();
  const workload = block();
  const file = block();

  // A statement ends with its line, at what separates it from the next one, or with its block.
  const end = /(?=[;#}])|$/;
  const statement = (head, contains) => ({ begin: head, beginScope: "keyword", end, contains: [...contains, ...values] });
  const named = (head, contains) => ({
    variants: [
      { begin: [head, /[ \t]+/, `${NAME}(?![\\w.-])`], beginScope: { 1: "keyword", 3: "variable" } },
      { begin: head, beginScope: "keyword" },
    ],
    end,
    contains: [...contains, ...values],
  });
  const property = (of) => ({
    begin: `(?<![\\w.-])${WORD}|"(?:[^"\\\\\\n]|\\\\.)*"|'[^'\\n]*'`,
    beginScope: "attr",
    end,
    contains: [of, ...values],
  });
  const branch = (of) => statement(words("when else"), [clause("when"), of]);
  const origin = [
    { match: [words("from"), /[ \t]+/, WORD], scope: { 1: "keyword", 3: "title.function" } },
    clause("from"),
  ];
  const defaults = statement(words("defaults"), [clause(containers), container]);
  const parameters = {
    begin: [NAME, /[ \t]*\(/],
    beginScope: { 1: "title.function" },
    end: /\)/,
    contains: [
      comment,
      { begin: [NAME, /[ \t]*/, ":"], beginScope: { 1: "params", 3: "operator" }, end: /(?=[,)=])/, contains: [comment, type, ...values] },
      ...values,
    ],
  };
  const template = (of, body) => ({
    begin: [words("template"), /[ \t]+/, words(of)],
    beginScope: { 1: "keyword", 3: "keyword" },
    end,
    contains: [parameters, body, ...values],
  });
  const script = {
    begin: [words("script"), /[^'\n]*/, /'''[ \t]*$/],
    beginScope: { 1: "keyword", 2: "string", 3: "string" },
    end: /'''/,
    endScope: "string",
    contains: [{ begin: /^(?=.)/, end: /(?=''')/, subLanguage: "bash" }],
  };

  fields.contains.push(property(fields));
  environment.contains.push(
    branch(environment),
    statement(words("from"), [clause(envClauses)]),
    property(fields),
  );
  container.contains.push(
    branch(container),
    script,
    statement(words("script"), []),
    statement(words("env"), [environment]),
    named(words(mounts), [clause(mountClauses), fields]),
    statement(words(probes), [
      { match: [words(probeKinds), /[ \t]+/, `${NAME}(?![\\w.-])`], scope: { 1: "keyword", 3: "variable" } },
      clause(probeKinds),
      clause(probeClauses),
      fields,
    ]),
    named(words("port"), [clause(portClauses), fields]),
    statement(words(containerStatements), []),
    statement(words(stepStatements), [clause(stepClauses)]),
    property(fields),
  );
  workload.contains.push(
    branch(workload),
    defaults,
    named(words("volume"), [clause(volumeClauses), fields]),
    named(words(containers), [...origin, container]),
    named(words("part"), [...origin, workload]),
    statement(words(levels), [fields]),
    statement(words("security"), [clause(securityClauses)]),
    property(fields),
  );
  file.contains.push(
    branch(file),
    statement(words("param"), [
      { begin: ":", beginScope: "operator", end: /(?=[=;#}])|$/, contains: [type, ...values] },
    ]),
    template(templateWorkloads, workload),
    template(containers, container),
    defaults,
    named(words(workloads), [...origin, workload]),
    statement(words(items), [clause(itemClauses)]),
    property(fields),
  );
  return { name: "initflow", disableAutodetect: true, contains: file.contains };

  function block() {
    return { begin: /\{/, end: /\}/, endsParent: true, contains: [comment] };
  }
}
