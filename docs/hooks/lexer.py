"""Highlights initflow: a lexer for Pygments."""

import re

from pygments.lexer import RegexLexer, bygroups, include, using
from pygments.lexers.shell import BashLexer
from pygments.token import (
    Comment,
    Keyword,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Whitespace,
)

# words: items
ITEMS = "initflow use let"
# words: item-clauses
ITEM_CLAUSES = "as"
# words: types
TYPES = "int bool string cpu memory duration image url path port volume container"
# words: workloads
WORKLOADS = "pod deployment statefulset daemonset replicaset job cronjob"
# words: template-workloads
TEMPLATE_WORKLOADS = "pod deployment statefulset daemonset replicaset job cronjob part"
# words: containers
CONTAINERS = "step sidecar app fetch clone wait migrate copy own render secrets"
# words: levels
LEVELS = "budget metadata job pod"
# words: security-clauses
SECURITY_CLAUSES = "restricted"
# words: volume-clauses
VOLUME_CLAUSES = "scratch memory claim secret configmap host image"
# words: mounts
MOUNTS = "reads updates writes mounts"
# words: mount-clauses
MOUNT_CLAUSES = "at sub readonly"
# words: probes
PROBES = "ready alive started"
# words: probe-kinds
PROBE_KINDS = "http https tcp grpc exec"
# words: probe-clauses
PROBE_CLAUSES = "every timeout delay failures successes"
# words: port-clauses
PORT_CLAUSES = "tcp udp sctp host"
# words: container-statements
CONTAINER_STATEMENTS = "run args cpu memory storage resource after takes stops"
# words: step-statements
STEP_STATEMENTS = "from into sha256 unpack header mode existing max-size max-files retries timeout repo ref depth submodules paths key token user outside-links tcp http dns file postgres mysql redis job deployment statefulset service condition every django rails flyway liquibase alembic prisma goose golang-migrate atlas once volume group vars field format owner address role auth audience namespace ca"
# words: step-clauses
STEP_CLAUSES = "keep replace contains cluster-scoped merge vault aws gcp azure json dotenv raw group"
# words: env-clauses
ENV_CLAUSES = "prefix"

WORD = r"[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*"
NAME = r"[A-Za-z_][\w-]*(?![\w.-])"
KEY = rf"""(?<![\w.-]){WORD}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'"""
PARAMETER = Name.Parameter
INSERTION = String.Interpol


def words(*lists):
    return rf"(?<![\w.-])(?:{'|'.join(' '.join(lists).split())})(?![\w.-])"


def statements():
    """The states of the lexer. A block is one state, and the head of each kind of statement in it is another."""
    states = {
        "root": [include("file")],
        "blank": [(r"\s+", Whitespace), (r"#.*", Comment.Single), (";", Punctuation), (r"\}", Punctuation, "#pop")],
        "text": [(r"\\(?:u\{[0-9A-Fa-f]*\}|.)", String.Escape), (r"#\{[^}\n]*\}?", INSERTION)],
        "long": [('"""', String, "#pop"), include("text"), (r'[^"\\#]+|.', String)],
        "short": [('"', String, "#pop"), (r"(?=\n)", String, "#pop"), include("text"), (r'[^"\\#\n]+|.', String)],
        "raw": [("'''", String, "#pop"), (r"[^']+|'", String)],
        "values": [
            (r"[ \t]+", Whitespace),
            ('"""', String, "long"),
            ("'''", String, "raw"),
            ('"', String, "short"),
            (r"'[^'\n]*'?", String),
            (r"""/(?![/*])[^\s"#'(),;\[\]{}]*""", String),
            (r"(?<![\w-])-?[0-9](?:[0-9A-Za-z%]|\.(?!\.))*", Number),
            (r"\.\.|==|!=|=|!|&&|\|\|?", Operator),
            (words("true false"), Keyword.Constant),
            (rf"{WORD}(?=[ \t]*\()", Name.Function),
            (r"(?<![\w.-])[A-Z][\w-]*(?![\w.-])", Name.Constant),
            (rf"(?:(?<=\.\.)|(?<![\w.-])){WORD}", Name.Variable),
            (r"\[", Punctuation, "list"),
            (r"\(", Punctuation, "arguments"),
        ],
        "list": [(r"\]", Punctuation, "#pop"), include("within")],
        "arguments": [(r"\)", Punctuation, "#pop"), (rf"({NAME})([ \t]*:)", bygroups(PARAMETER, Punctuation)), include("within")],
        "within": [(r"\s+", Whitespace), (r"#.*", Comment.Single), include("values"), (r".", Punctuation)],
        "parameters": [
            (r"\)", Punctuation, "#pop"),
            (rf"([A-Za-z_][\w-]*)([ \t]*)(:)", bygroups(PARAMETER, Whitespace, Operator), "type"),
            include("within"),
        ],
        "type": [(r"(?=[,)=;#}\n])", Punctuation, "#pop"), (words(TYPES), Keyword.Type), include("values"), (r".", Punctuation)],
    }

    def head(begins, block, *clauses, token=Keyword):
        """A statement that begins so, and may have a block; in its head are values, and these clauses before them."""
        state = f"head {len(states)}"
        states[state] = [
            (r"(?=[;#}\n])", Whitespace, "#pop"),
            *([(r"\{", Punctuation, ("#pop", block))] if block else []),
            *clauses,
            include("values"),
            (r".", Punctuation),
        ]
        return (begins, token, state)

    def named(begins, block, *clauses):
        _, _, state = head(begins, block, *clauses)
        name = rf"({begins})([ \t]+)({NAME})"
        return [(name, bygroups(Keyword, Whitespace, Name.Variable), state), (begins, Keyword, state)]

    def clause(*lists):
        return (words(*lists), Keyword)

    def branch(block):
        return head(words("when else"), block, clause("when"))

    def template(of, block):
        parameters = (rf"([A-Za-z_][\w-]*)([ \t]*)(\()", bygroups(Name.Function, Whitespace, Punctuation), "parameters")
        _, _, state = head("", block, parameters)
        return (rf"({words('template')})([ \t]+)({words(of)})", bygroups(Keyword, Whitespace, Keyword), state)

    def key(block):
        return head(KEY, block, token=Name.Attribute)

    origin = [
        (rf"({words('from')})([ \t]+)({WORD})", bygroups(Keyword, Whitespace, Name.Function)),
        clause("from"),
    ]
    defaults = head(words("defaults"), "container", clause(CONTAINERS))
    script = (
        rf"({words('script')})([^'\n]*)(''')([ \t]*\n)([\s\S]*?)(''')",
        bygroups(Keyword, String, String, Whitespace, using(BashLexer), String),
    )
    probe = (rf"({words(PROBE_KINDS)})([ \t]+)({NAME})", bygroups(Keyword, Whitespace, Name.Variable))
    states |= {
        "fields": [include("blank"), key("fields")],
        "environment": [
            include("blank"),
            branch("environment"),
            head(words("from"), None, clause(ENV_CLAUSES)),
            key("fields"),
        ],
        "container": [
            include("blank"),
            branch("container"),
            script,
            head(words("script"), None),
            head(words("env"), "environment"),
            *named(words(MOUNTS), "fields", clause(MOUNT_CLAUSES)),
            head(words(PROBES), "fields", probe, clause(PROBE_KINDS), clause(PROBE_CLAUSES)),
            *named(words("port"), "fields", clause(PORT_CLAUSES)),
            head(words(CONTAINER_STATEMENTS), None),
            head(words(STEP_STATEMENTS), None, clause(STEP_CLAUSES)),
            key("fields"),
        ],
        "workload": [
            include("blank"),
            branch("workload"),
            defaults,
            *named(words("volume"), "fields", clause(VOLUME_CLAUSES)),
            *named(words(CONTAINERS), "container", *origin),
            *named(words("part"), "workload", *origin),
            head(words(LEVELS), "fields"),
            head(words("security"), None, clause(SECURITY_CLAUSES)),
            key("fields"),
        ],
        "file": [
            include("blank"),
            branch("file"),
            head(words("param"), None, (":", Operator, "type")),
            template(TEMPLATE_WORKLOADS, "workload"),
            template(CONTAINERS, "container"),
            defaults,
            *named(words(WORKLOADS), "workload", *origin),
            head(words(ITEMS), None, clause(ITEM_CLAUSES)),
            key("fields"),
        ],
    }
    return states


class InitflowLexer(RegexLexer):
    name = "initflow"
    aliases = ["initflow"]
    filenames = ["*.initflow"]
    flags = re.MULTILINE
    tokens = statements()

