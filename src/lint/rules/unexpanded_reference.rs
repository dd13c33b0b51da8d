#![doc = include_str!("../../diagnostic/explain/unexpanded-reference.md")]

use crate::check::{Lookup, Variables};
use crate::diagnostic::{Applicability, Code, Diagnostic, Edit, Fix, change_to, nearest};
use crate::kubernetes::expansion::{self, COMPLETION_INDEX_FIELD};
use crate::lint::Pod;
use crate::model::shell_words::is_printer;
use crate::model::{Container, Mount};
use crate::object::Node;
use crate::source::Span;

/// The commands that the kubelet runs in a container that has started.
const PROBES: [&str; 3] = ["livenessProbe", "readinessProbe", "startupProbe"];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (_, container) in pod.containers() {
        if container.built_in.is_none() {
            Texts { pod, container, variables: None, found }.check();
        }
    }
}

/// The texts of a container, and its variables once a text refers to one.
struct Texts<'p, 'a, 'f> {
    pod: &'p Pod<'a>,
    container: &'a Container,
    variables: Option<Variables<'a>>,
    found: &'f mut Vec<Diagnostic>,
}

/// What reads a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// A program, as an argument or a variable.
    Program,
    /// A shell, for which `$(name)` is the output of a program.
    Shell,
    /// The kubelet, which refuses to start the container.
    Mount,
}

impl<'a> Texts<'_, 'a, '_> {
    fn check(&mut self) {
        let fields = &self.container.fields;
        let items = |path: &str| fields.at(path).map_or(&[][..], Node::items);
        for (at, variable) in items("env").iter().enumerate() {
            if let Some(value) = variable.get("value") {
                self.text(value, Some(at), Reader::Program);
            }
        }
        self.command(items("command").iter().chain(items("args")));
        for probe in PROBES {
            self.command(items(&format!("{probe}.exec.command")).iter());
        }
        for (mount, node) in self.container.mounts.iter().zip(items("volumeMounts")) {
            if let Some(path) = node.get("subPathExpr") {
                self.text(path, None, Reader::Mount);
            }
            if let Some(path) = node.get("subPath") {
                self.sub_path(mount, path);
            }
        }
    }

    fn command(&mut self, words: impl Iterator<Item = &'a Node>) {
        let mut before = None;
        for word in words {
            let is_script = runs_text(before) || word.as_text().is_some_and(|text| text.contains('\n'));
            self.text(word, None, if is_script { Reader::Shell } else { Reader::Program });
            before = word.as_text();
        }
    }

    /// Reports each reference in a text that Kubernetes does not replace.
    fn text(&mut self, node: &'a Node, variable: Option<usize>, reader: Reader) {
        let Some(text) = node.as_text().filter(|text| text.contains("$(")) else { return };
        for reference in expansion::references(text) {
            let name = reference.name;
            let clear = if reader == Reader::Shell { is_constant(name) } else { is_identifier(name) };
            if clear && let Some(diagnostic) = self.unexpanded(name, node, variable, reader) {
                self.found.push(diagnostic);
            }
        }
        if reader == Reader::Shell {
            self.run_by_shell(node, text);
        }
    }

    /// Reports `$(NAME)` of a variable that a shell takes for the output of a program: `$$(` is what Kubernetes makes `$(`.
    fn run_by_shell(&mut self, node: &'a Node, text: &str) {
        let names = text.split("$$(").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0));
        for name in names.filter(|name| is_identifier(name) && is_upper(name)) {
            let variables =
                self.variables.get_or_insert_with(|| Variables::of(self.container, self.pod.workload));
            if !matches!(variables.look_up(name, None), Lookup::Found) {
                continue;
            }
            let headline = format!("a shell does not read the variable `{name}` in `$({name})`");
            let place = self.pod.within(node.span, &format!("$({name})"));
            let diagnostic =
                Diagnostic::warning(Code::UnexpandedReference, place.unwrap_or(node.span), headline)
                    .here("the shell runs a program of this name")
                    .help(format!("write `${{{name}}}`"));
            self.found.push(match place {
                Some(place) => diagnostic.fix(
                    format!("write `${{{name}}}`"),
                    place,
                    format!("${{{name}}}"),
                    Applicability::Safe,
                ),
                None => diagnostic,
            });
        }
    }

    fn unexpanded(
        &mut self,
        name: &str,
        node: &Node,
        variable: Option<usize>,
        reader: Reader,
    ) -> Option<Diagnostic> {
        let container = self.container;
        let variables = self.variables.get_or_insert_with(|| Variables::of(container, self.pod.workload));
        let place = self.pod.within(node.span, &format!("$({name})"));
        let owner = &container.name.text;
        let warning = |headline: String| {
            let at = place.unwrap_or(node.span);
            Diagnostic::warning(Code::UnexpandedReference, at, headline).here(match reader {
                Reader::Program => "Kubernetes leaves this text as it is",
                Reader::Shell => "the shell runs a program of this name",
                Reader::Mount => "without a value, the container does not start",
            })
        };
        match variables.look_up(name, variable) {
            Lookup::Found | Lookup::Perhaps => None,
            Lookup::Below(below) => Some(
                warning(format!("`$({name})` comes before `{name}` in the `env` of `{owner}`"))
                    .label(below, "defined here")
                    .help(format!("move `{name}` above the variable that uses it")),
            ),
            Lookup::Last => Some(
                warning(format!("`$({name})` comes before the Job controller adds `{name}` to `{owner}`"))
                    .help(format!(
                        "set it above this variable: `{name} field(\"{COMPLETION_INDEX_FIELD}\")`"
                    )),
            ),
            Lookup::Nothing => {
                let diagnostic = warning(format!("`{owner}` has no variable `{name}` for `$({name})`"));
                let meant = nearest(name, variables.names(variable)).map(|meant| format!("$({meant})"));
                Some(match (meant, place) {
                    (Some(meant), Some(place)) => diagnostic.meant(place, &meant),
                    (Some(meant), None) => diagnostic.help(change_to(&meant)),
                    (None, _) if is_printer(name) && reader == Reader::Program => diagnostic.help(
                        "run the command in a shell, which inserts the output of a program: `script \"…\"`",
                    ),
                    (None, _) if name == "PATH" => diagnostic
                        .help("write the whole path: Kubernetes does not know the variables of the image"),
                    (None, _) if reader == Reader::Mount => {
                        diagnostic.help(format!("set it with `env {{ {name} … }}`"))
                    }
                    (None, _) => diagnostic.help(format!(
                        "set it with `env {{ {name} … }}`, or write `$$({name})` for this text itself"
                    )),
                })
            }
        }
    }

    /// Reports a reference in a `subPath`, where Kubernetes replaces nothing.
    fn sub_path(&mut self, mount: &Mount, path: &Node) {
        let Some(text) = path.as_text() else { return };
        let Some(reference) = expansion::references(text).find(|reference| is_identifier(reference.name))
        else {
            return;
        };
        let name = reference.name;
        let headline = format!("Kubernetes does not replace `$({name})` in `subPath`");
        let diagnostic = Diagnostic::warning(Code::UnexpandedReference, path.span, headline)
            .here("names the folder as it is written");
        let title = format!("use `subPathExpr` instead: `{{ subPathExpr \"{}\" }}`", text.escape_debug());
        let fix = self.pod.sub_path_expression(mount, path);
        let diagnostic = diagnostic.help(title.clone());
        self.found.push(match fix {
            Some(edits) => Diagnostic {
                fix: Some(Fix { title, edits, applicability: Applicability::Safe }),
                ..diagnostic
            },
            None => diagnostic,
        });
    }
}

impl Pod<'_> {
    /// The place of a text in the value at a wider place, if the source has it there once.
    fn within(&self, span: Span, text: &str) -> Option<Span> {
        let source = self.sources.slice(span);
        let at = source.find(text).filter(|_| source.matches(text).count() == 1)?;
        let start = span.range().start + at;
        Some(Span::new(span.file, start, start + text.len()))
    }

    /// The edits that turn `sub "folder"` of a mount into the field `subPathExpr` in its block.
    fn sub_path_expression(&self, mount: &Mount, path: &Node) -> Option<Vec<Edit>> {
        let (head, value) = (mount.span, path.span);
        if head.file != value.file || value.start < head.start || value.end > head.end {
            return None;
        }
        let file = self.sources.get(head.file);
        let (start, end) = (head.range().start, head.range().end);
        let before = file.text.get(start..value.range().start)?.trim_end().strip_suffix("sub")?.trim_end();
        let written = file.text.get(value.range())?;
        let rest = file.text.get(end..)?;
        let opening = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let (at, text) = if rest.trim_start_matches([' ', '\t']).starts_with('{') {
            (end + opening + 1, format!(" subPathExpr {written};"))
        } else {
            (end, format!(" {{ subPathExpr {written} }}"))
        };
        let removed = Span::new(head.file, start + before.len(), value.range().end);
        let inserted = Span::new(head.file, at, at);
        Some(vec![Edit { span: removed, text: String::new() }, Edit { span: inserted, text }])
    }
}

/// Whether a word before a text makes a shell, or another interpreter, run it: `-c`, `-ec`, `-lc`.
fn runs_text(word: Option<&str>) -> bool {
    word.and_then(|word| word.strip_prefix('-'))
        .is_some_and(|flags| flags.contains('c') && flags.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

/// Whether a name is one that authors give to variables. Other tools replace `$(params.name)`.
fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether a name can hardly be that of a program: `DATABASE_URL`.
fn is_constant(name: &str) -> bool {
    is_identifier(name) && name.contains('_') && is_upper(name)
}

/// Whether a name has no lowercase letter, unlike those of most programs.
fn is_upper(name: &str) -> bool {
    !name.bytes().any(|byte| byte.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    const CODE: Code = Code::UnexpandedReference;

    fn app(statements: &str) -> String {
        format!(
            "pod p {{ volume v; app a {{ image \"a:1\"; {statements} }}; app b {{ image \"b:1\"; mounts v at /v }} }}"
        )
    }

    #[test]
    fn names_that_nothing_defines_are_found() {
        let shown = found(
            CODE,
            [
                app(r#"args ["--a=$(HOTS)"]; env { HOST "a" }"#),
                app(r#"run "serve $(A_B) $(A_B)""#),
                app(r#"env { URL "http://$(HOST)"; HOST "a" }"#),
                app(r#"env { PATH "$(PATH):/opt/bin" }"#),
                app(r#"command ["sh", "-c", "psql $(DATABASE_URL)"]"#),
                app(r#"alive exec "a $(X)""#),
                app(r#"mounts v at /v sub "$(NAME)"; env { NAME "a" }"#),
                app(r#"mounts v at /v sub "$(NAME)" { mountPropagation None }; env { NAME "a" }"#),
                app(r#"mounts v at /v { subPathExpr "$(NAME)" }"#),
                r#"job p { restartPolicy Never; completionMode Indexed; completions 2; app a { image "a:1"; env { A "$(JOB_COMPLETION_INDEX)" } } }"#
                    .to_owned(),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        … image "a:1"; args ["--a=«$(HOTS)»"]; env { HOST "a" } }; …
          `a` has no variable `HOTS` for `$(HOTS)`
          fix (unsafe): change to `$(HOST)`
          - …ge "a:1"; args ["--a=$(HOTS)"]; env { HOST "a" } };…
          + …ge "a:1"; args ["--a=$(HOST)"]; env { HOST "a" } };…
        …app a { image "a:1"; run «"serve $(A_B) $(A_B)"» }; app b { image "b:1";…
          `a` has no variable `A_B` for `$(A_B)`
        …"a:1"; env { URL "http://«$(HOST)»"; HOST "a" } }; app b {…
          `$(HOST)` comes before `HOST` in the `env` of `a`
        …image "a:1"; env { PATH "«$(PATH)»:/opt/bin" } }; app b { …
          `a` has no variable `PATH` for `$(PATH)`
        …mmand ["sh", "-c", "psql «$(DATABASE_URL)»"] }; app b { image "b:1…
          `a` has no variable `DATABASE_URL` for `$(DATABASE_URL)`
        …age "a:1"; alive exec "a «$(X)»" }; app b { image "b:1"…
          `a` has no variable `X` for `$(X)`
        …a:1"; mounts v at /v sub «"$(NAME)"»; env { NAME "a" } }; ap…
          Kubernetes does not replace `$(NAME)` in `subPath`
          fix (safe): use `subPathExpr` instead: `{ subPathExpr "$(NAME)" }`
          - …ge "a:1"; mounts v at /v sub "$(NAME)"; env { NAME "a" } }; ap…
          + …ge "a:1"; mounts v at /v { subPathExpr "$(NAME)" }; env { NAME "a" } }; ap…
        …a:1"; mounts v at /v sub «"$(NAME)"» { mountPropagation None…
          Kubernetes does not replace `$(NAME)` in `subPath`
          fix (safe): use `subPathExpr` instead: `{ subPathExpr "$(NAME)" }`
          - …ge "a:1"; mounts v at /v sub "$(NAME)" { mountPropagation None }…
          + …ge "a:1"; mounts v at /v { subPathExpr "$(NAME)"; mountPropagation None }…
        …s v at /v { subPathExpr "«$(NAME)»" } }; app b { image "b:…
          `a` has no variable `NAME` for `$(NAME)`
        … { image "a:1"; env { A "«$(JOB_COMPLETION_INDEX)»" } } }
          `$(JOB_COMPLETION_INDEX)` comes before the Job controller adds `JOB_COMPLETION_INDEX` to `a`
        "#);
    }

    #[test]
    fn what_may_be_defined_or_meant_is_left_alone() {
        for statements in [
            r#"args ["$(A)"]; env { A "1" }"#,
            r#"args ["$(A)"]; env { from secret("s") }"#,
            r#"args ["$(DB_SERVICE_HOST) $(KUBERNETES_SERVICE_PORT)"]"#,
            r#"args ["$$(A) $(params.name) $(date +%s)"]"#,
            r#"command ["sh", "-c", "kill $(pidof nginx) $(hostname)"]"#,
            r#"script "echo $(DATABASE_URL)""#,
        ] {
            passes(CODE, &app(statements));
        }
    }
}
