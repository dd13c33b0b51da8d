// The initflow language for tree-sitter.
//
// Which names are keywords depends on the block, so each kind of block has its own rule. The lists are generated from the
// vocabulary: `UPDATE=1 cargo test --test editors`.

// words: workloads
const WORKLOADS = "pod deployment statefulset daemonset replicaset job cronjob".split(" ");
// words: containers
const CONTAINERS = "step sidecar app fetch clone wait migrate copy own render secrets".split(" ");
// words: levels
const LEVELS = "budget metadata job pod".split(" ");
// words: volume-clauses
const VOLUME_CLAUSES = "scratch memory claim secret configmap host image".split(" ");
// words: security-clauses
const SECURITY_CLAUSES = "restricted".split(" ");
// words: mounts
const MOUNTS = "reads updates writes mounts".split(" ");
// words: mount-clauses
const MOUNT_CLAUSES = "at sub readonly".split(" ");
// words: probes
const PROBES = "ready alive started".split(" ");
// words: probe-kinds
const PROBE_KINDS = "http https tcp grpc exec".split(" ");
// words: probe-clauses
const PROBE_CLAUSES = "every timeout delay failures successes".split(" ");
// words: port-clauses
const PORT_CLAUSES = "tcp udp sctp host".split(" ");
// words: container-statements
const CONTAINER_STATEMENTS = "run args cpu memory storage resource after takes stops".split(" ");
// words: step-statements
const STEP_STATEMENTS = "from into sha256 unpack header mode existing max-size max-files retries timeout repo ref depth submodules paths key token user outside-links tcp http dns file postgres mysql redis job deployment statefulset service condition every django rails flyway liquibase alembic prisma goose golang-migrate atlas once volume group vars field format owner address role auth audience namespace ca".split(" ");
// words: step-clauses
const STEP_CLAUSES = "keep replace contains cluster-scoped merge vault aws gcp azure json dotenv raw group".split(" ");
// words: env-clauses
const ENV_CLAUSES = "prefix".split(" ");

// What blocks contain, each with its statements besides fields and `when`.
const BLOCKS = {
  file: ($) => [$.edition, $.use, $.let, $.param, $.template, $.defaults, $.workload],
  workload: ($) => [$.defaults, $.volume, $.container, $.part, $.level, $.security],
  container: ($) => [$.script, $.env, $.mount, $.probe, $.port, $.statement],
  environment: ($) => [$.from],
  level: ($) => [alias($.metadata, $.level)],
  fields: () => [],
};

module.exports = grammar({
  name: "initflow",

  word: ($) => $.word,
  extras: ($) => [/[ \t\uFEFF]/, $.comment],
  inline: ($) => [$._name],
  // The end of a statement without a block, and a token that is valid together with it only in broken text.
  externals: ($) => [$._end, $._error],

  rules: {
    document: ($) => lines($, "file"),

    ...Object.fromEntries(Object.keys(BLOCKS).flatMap(rulesOfBlock)),

    // Items of a file.
    edition: ($) => seq(keyword("initflow"), repeat($._value), $._end),
    use: ($) => seq(keyword("use"), field("file", $.string), optional(seq(keyword("as"), field("name", $._name))), $._end),
    let: ($) => seq(keyword("let"), field("name", $._name), alias("=", $.operator), repeat1($._expression), $._end),
    param: ($) =>
      seq(
        keyword("param"),
        field("name", $._name),
        alias(":", $.operator),
        repeat1($._type),
        optional(seq(alias("=", $.operator), repeat1($._expression))),
        $._end,
      ),
    _type: ($) => choice(alias($.word, $.type), $.string, alias("|", $.operator)),

    template: ($) =>
      seq(
        keyword("template"),
        choice(
          seq(keyword(...WORKLOADS, "part"), $._signature, $._workload_block),
          seq(keyword(...CONTAINERS), $._signature, $._container_block),
        ),
      ),
    _signature: ($) => seq(field("name", $._name), $.parameters),
    parameters: ($) => seq("(", separated($, $.parameter), ")"),
    parameter: ($) =>
      seq(
        field("name", $._name),
        ":",
        repeat1($._type),
        optional(seq(alias("=", $.operator), repeat1($._expression))),
      ),

    defaults: ($) => seq(keyword("defaults"), optional(keyword(...CONTAINERS)), $._container_block),
    workload: ($) =>
      seq(
        keyword(...WORKLOADS),
        optional(seq(choice(field("name", $._name), $._origin), repeat(choice($._origin, $._value)))),
        choice($._workload_block, $._end),
      ),

    // In a workload.
    container: ($) =>
      seq(keyword(...CONTAINERS), field("name", $._name), repeat(choice($._origin, $._value)), choice($._container_block, $._end)),
    part: ($) => seq(keyword("part"), field("name", $._name), repeat(choice($._origin, $._value)), choice($._workload_block, $._end)),
    _origin: ($) => seq(keyword("from"), field("template", choice($.call, alias($.word, $.function)))),
    volume: ($) =>
      seq(keyword("volume"), field("name", $._name), clauses($, VOLUME_CLAUSES), choice($._fields_block, $._end)),
    level: ($) =>
      choice(
        seq(keyword(...LEVELS.filter((name) => name !== "job" && name !== "pod")), $._fields_block),
        seq(keyword("job", "pod"), $._level_block),
      ),
    metadata: ($) => seq(keyword("metadata"), $._fields_block),
    security: ($) => seq(keyword("security"), clauses($, SECURITY_CLAUSES), $._end),

    // In a container.
    script: ($) => seq(keyword("script"), repeat($._value), $._end),
    env: ($) => seq(keyword("env"), choice($._environment_block, $._end)),
    mount: ($) =>
      seq(
        keyword(...MOUNTS),
        field("volume", $._value),
        clauses($, MOUNT_CLAUSES),
        choice($._fields_block, $._end),
      ),
    // The word after a kind is its port, even if it has the name of a kind.
    probe: ($) =>
      seq(
        keyword(...PROBES),
        repeat(choice(seq(keyword(...PROBE_KINDS, ...PROBE_CLAUSES), $._value), $._value)),
        choice($._fields_block, $._end),
      ),
    port: ($) => seq(keyword("port"), $._value, clauses($, PORT_CLAUSES), choice($._fields_block, $._end)),
    statement: ($) =>
      seq(keyword(...CONTAINER_STATEMENTS, ...STEP_STATEMENTS), clauses($, STEP_CLAUSES), choice($._fields_block, $._end)),

    // In `env`.
    from: ($) => seq(keyword("from"), $._value, clauses($, ENV_CLAUSES), $._end),

    // A field of Kubernetes, a variable, a key.
    field: ($) => seq(field("name", choice(alias($.word, $.property), $.string)), repeat($._value), choice($._fields_block, $._end)),

    // Values.
    _name: ($) => choice($.word, $.string),
    _value: ($) =>
      choice($.word, $.boolean, $.number, $.path, $.string, $.call, $.list, $.group, alias("..", $.operator)),
    _expression: ($) => choice($._value, alias(choice("==", "!=", "!", "&&", "||", "|"), $.operator)),
    boolean: () => choice("true", "false"),
    call: ($) => prec(1, seq(field("name", alias($.word, $.function)), $.arguments)),
    arguments: ($) => seq("(", repeat(choice($._newline, ",", $.argument, $._expression)), ")"),
    argument: ($) => prec(1, seq(field("name", $._name), ":", repeat($._newline), $._expression)),
    list: ($) => seq("[", repeat(choice($._newline, ",", $._expression)), "]"),
    group: ($) => seq("(", repeat(choice($._newline, ",", $._expression)), ")"),

    // Letters, digits, `_` and `-`; dots join words.
    word: () => /[A-Za-z_](?:[A-Za-z0-9_-]|\.[A-Za-z_])*/,
    // A number, a file mode or a measure.
    number: () => /-?[0-9](?:[0-9A-Za-z%]|\.[0-9A-Za-z%])*/,
    path: () => /\/(?:[^\s"#'(),;\[\]{}\/*][^\s"#'(),;\[\]{}]*)?/,

    string: ($) => choice($._plain, $._raw, $._block, $._raw_block),
    _plain: ($) => seq('"', repeat(choice($._plain_text, $.escape, $.insertion)), token.immediate('"')),
    _plain_text: ($) => alias(choice(token.immediate(prec(1, /[^"\\\n#]+/)), $._hash), $.text),
    _hash: () => token.immediate(prec(1, "#")),
    _raw: ($) => seq("'", optional(alias(token.immediate(prec(1, /[^'\n]+/)), $.text)), token.immediate("'")),
    _block: ($) =>
      seq('"""', repeat(choice($._block_text, $.escape, $.insertion)), token.immediate(prec(2, '"""'))),
    _block_text: ($) =>
      alias(choice(token.immediate(prec(1, /[^"\\#]+/)), token.immediate(prec(1, /"{1,2}/)), $._hash), $.text),
    _raw_block: ($) =>
      seq(
        "'''",
        optional(alias(token.immediate(prec(1, /(?:[^']|'{1,2}[^'])+/)), $.raw_text)),
        token.immediate(prec(2, "'''")),
      ),
    escape: () => token.immediate(prec(1, /\\(?:u\{[0-9A-Fa-f]*\}|[^\n]|\r?\n)?/)),
    insertion: ($) =>
      seq(token.immediate(prec(2, "#{")), alias(token.immediate(prec(2, /[^}"\n]+/)), $.word), token.immediate("}")),

    comment: () => token(prec(-1, /#[^\n]*/)),
    _newline: () => /\r?\n/,
  },
});

// A block of a kind, its `when` and `else`, and its content.
function rulesOfBlock(kind) {
  const block = `_${kind}_block`;
  return [
    [block, ($) => alias($[`_${kind}_lines`], $.block)],
    [`_${kind}_lines`, ($) => seq("{", lines($, kind), "}")],
    [`_${kind}_statement`, ($) => choice(...BLOCKS[kind]($), alias($[`_${kind}_when`], $.when), $.field)],
    [
      `_${kind}_when`,
      ($) =>
        choice(
          seq(keyword("when"), repeat($._expression), $[block]),
          seq(keyword("else"), optional(seq(keyword("when"), repeat($._expression))), $[block]),
        ),
    ],
  ];
}

function lines($, kind) {
  return repeat(choice($._newline, ";", $[`_${kind}_statement`]));
}

// Items separated by commas or newlines, with any number of either around them.
function separated($, item) {
  const separator = choice($._newline, ",");
  return seq(
    repeat(separator),
    optional(seq(item, repeat(seq(repeat1(separator), item)), repeat(separator))),
  );
}

// Plain values and the words of a statement's head.
function clauses($, words) {
  return repeat(choice(keyword(...words), $._value));
}

function keyword(...words) {
  const word = { type: "SYMBOL", name: "keyword" };
  const distinct = [...new Set(words)];
  return alias(distinct.length === 1 ? distinct[0] : choice(...distinct), word);
}
