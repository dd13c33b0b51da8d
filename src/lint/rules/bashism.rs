#![doc = include_str!("../../diagnostic/explain/bashism.md")]

use super::image_shell::{ImageShell, image_shell};
use super::variables;
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::scripts::ScriptPlace;
use crate::lint::shell::{BashFeature, BashUse, Misreading, ShellScript};
use crate::model::Container;

/// What is in every script with something that only bash understands.
const WORDS: [&str; 34] = [
    "pipefail",
    "{",
    "[",
    "((",
    "<(",
    ">(",
    "<<<",
    "=(",
    "==",
    "+=",
    "++",
    "**",
    "&>",
    "|&",
    "function",
    "source",
    "let ",
    "/dev/",
    "trap",
    "kill",
    "read",
    "select",
    "wait",
    "echo -e",
    "printf",
    "RANDOM",
    "SECONDS",
    "declare",
    "typeset",
    "push",
    "shopt",
    "mapfile",
    "readarray",
    "local",
];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (container, place, script) in pod.all_scripts(&WORDS) {
        // A script that looks which shell it has is written for several.
        if script.text.is_some_and(|text| text.contains("BASH_VERSION")) {
            continue;
        }
        let reader = ScriptReading { pod, container, place, script, image: image_shell(container) };
        let first = script.bash.iter().find_map(|found| Some((found, reader.misread(found)?)));
        found.extend(match first {
            Some((found, shell)) => Some(reader.finding(found, shell)),
            None => reader.options(),
        });
    }
}

/// A script and the shell that reads it.
struct ScriptReading<'p, 'a> {
    pod: &'p Pod<'a>,
    container: &'a Container,
    place: ScriptPlace,
    script: &'p ShellScript<'a>,
    image: Option<ImageShell>,
}

impl ScriptReading<'_, '_> {
    /// The shell that does not understand a place; empty if the image does not tell.
    fn misread(&self, found: &BashUse) -> Option<&'static str> {
        let shell = self.shell(found.nested.unwrap_or(self.script.shell), found.feature)?;
        let text = self.text(found);
        let name = text.trim_start_matches(['$', '{']).trim_end_matches('}');
        let is_variable = matches!(found.feature, BashFeature::Variable | BashFeature::AshVariable);
        let script = self.script.text.unwrap_or_default();
        let is_set = is_variable
            && (script.contains(&format!("{name}="))
                || variables(self.container).any(|(own, ..)| own == name));
        (!is_set).then_some(shell)
    }

    /// The shell with some name in this image, if it does not know a feature; empty if the image does not tell.
    fn shell(&self, name: &str, feature: BashFeature) -> Option<&'static str> {
        let image = match name {
            "sh" => self.image,
            "ash" => Some(ImageShell::Ash),
            "dash" => Some(ImageShell::Dash),
            _ => return None,
        };
        match image {
            Some(ImageShell::Bash) => None,
            Some(ImageShell::Ash) | None if feature.is_in_ash() => None,
            Some(ImageShell::Ash) => Some("ash"),
            Some(ImageShell::Dash) => Some("dash"),
            None => Some(""),
        }
    }

    fn text(&self, found: &BashUse) -> &str {
        let text = self.script.text.and_then(|text| text.get(found.range.clone())).unwrap_or_default();
        text.lines().next().unwrap_or_default().trim_end_matches([' ', ';'])
    }

    fn finding(&self, found: &BashUse, shell: &str) -> Diagnostic {
        let text = self.text(found);
        let name = match found.feature {
            BashFeature::DoubleBracket => "[[",
            BashFeature::DoubleEquals => "==",
            BashFeature::ArithmeticCommand | BashFeature::ArithmeticFor => "((",
            BashFeature::Pipefail => "pipefail",
            BashFeature::OutputBoth => "&>",
            BashFeature::PipeBoth => "|&",
            BashFeature::HereString => "<<<",
            BashFeature::FunctionKeyword => "function",
            BashFeature::Select => "select",
            BashFeature::EchoEscapes => "echo -e",
            BashFeature::SignalPrefix => signal(text).unwrap_or(text),
            BashFeature::ErrorTrap => "trap … ERR",
            BashFeature::Command | BashFeature::Source | BashFeature::AshCommand => {
                text.split_whitespace().next().unwrap_or(text)
            }
            _ => text,
        };
        let span = self.pod.place_of(self.script, &found.range);
        let headline = self.headline(name, shell);
        let diagnostic =
            Diagnostic::warning(Code::Bashism, span, headline).here(match found.feature.misreading() {
                Misreading::Ends => "the script ends with an error",
                Misreading::Fails => "the command fails",
                Misreading::NotFound => "the shell looks for a program of this name",
                Misreading::Literal => "stays as it is written",
                Misreading::Empty => "is empty",
                Misreading::Background => {
                    "runs the command in the background, and does not redirect its output"
                }
            });
        let exact = self.pod.sources.slice(span) == text;
        match replacement(found.feature, text) {
            Some(new) if exact => diagnostic.help(format!("use `{new}`")).fix(
                format!("use `{new}`"),
                span,
                new,
                Applicability::Safe,
            ),
            Some(new) => diagnostic.help(format!("use `{new}`")),
            None => diagnostic.help(self.advice(found.feature)),
        }
    }

    fn headline(&self, name: &str, shell: &str) -> String {
        let owner = self.place.of(self.container);
        match shell {
            "" => format!("{owner} uses `{name}`, which only bash knows, but `sh` runs it"),
            shell if shell == self.script.shell => {
                format!("{owner} uses `{name}`, which {shell} does not know")
            }
            shell => format!("{owner} uses `{name}`, which {shell}, the `sh` of this image, does not know"),
        }
    }

    /// What to do if no words replace it.
    fn advice(&self, feature: BashFeature) -> &'static str {
        match feature {
            BashFeature::Pipefail if self.image == Some(ImageShell::Dash) => {
                "run the script with bash: `script \"bash -eo pipefail -c\" …`"
            }
            BashFeature::DoubleBracket => "use `[ … ]`, or run the script with bash if the image has it",
            BashFeature::DoubleEquals => "use `=`",
            BashFeature::OutputBoth => "use `>FILE 2>&1`",
            BashFeature::PipeBoth => "use `2>&1 |`",
            BashFeature::FunctionKeyword => "use `NAME() { … }`",
            BashFeature::Source => "use `.` instead of `source`",
            BashFeature::EchoEscapes => "use `printf`",
            BashFeature::SignalPrefix => "write the signal without `SIG`",
            BashFeature::ErrorTrap => "use `trap … EXIT`, and check the exit status in it",
            BashFeature::ArithmeticCommand | BashFeature::Increment | BashFeature::ArithmeticFor => {
                "count with `i=$((i + 1))`"
            }
            BashFeature::Socket => "use `nc -z HOST PORT`, or the built-in `wait`",
            BashFeature::BraceRange | BashFeature::BraceList => "write the words one by one",
            _ => "run the script with bash, `script \"bash -ec\" …`, if the image has it",
        }
    }

    /// An option of the shell that is given before its script.
    fn options(&self) -> Option<Diagnostic> {
        let is_given = self.script.text.is_some() && self.script.pipefail;
        let text = self.script.text.unwrap_or_default();
        let shell = self
            .shell(self.script.shell, BashFeature::Pipefail)
            .filter(|_| is_given && !text.contains("pipefail"))?;
        Some(
            Diagnostic::warning(Code::Bashism, self.script.span, self.headline("pipefail", shell))
                .here("the shell does not start with this option")
                .help(self.advice(BashFeature::Pipefail)),
        )
    }
}

/// The name of a signal among the words of `trap` or `kill`.
fn signal(text: &str) -> Option<&str> {
    text.split([' ', ';']).map(|word| word.trim_start_matches('-')).find(|word| word.starts_with("SIG"))
}

/// What means the same to every shell.
fn replacement(feature: BashFeature, text: &str) -> Option<String> {
    match feature {
        BashFeature::BraceRange => {
            let (from, to) = text.strip_prefix('{')?.strip_suffix('}')?.split_once("..")?;
            let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            (is_number(from) && is_number(to)).then(|| format!("$(seq {from} {to})"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    fn step(image: &str, shell: &str, script: &str) -> String {
        format!(
            "pod p {{\n  step s {{\n    image \"{image}\"\n    script {shell} '''\n      {script}\n    '''\n  }}\n  app b {{ image \"b:1\" }}\n}}\n"
        )
    }

    #[test]
    fn the_shell_of_the_image_matters() {
        let shown = found(
            Code::Bashism,
            [
                step("postgres:14.2", "", "set -euo pipefail; psql"),
                step("postgres:16", "\"sh -euo pipefail -c\"", "psql"),
                step("postgres:16-alpine", "", "for i in {1..33}; do sleep 3; done"),
                step("registry.acme.dev/a:1", "", "for i in {1..33}; do sleep 3; done"),
                step("debian:12", "", "if [[ -f /a ]]; then echo; fi"),
                step("python:3.12-slim", "", "[ \"$A\" == b ] && echo"),
                step("node:22", "", "source /env; node a"),
                step("alpine:3.20", "", "a=(1 2); echo ${a[1]}"),
                step("nginx:1.29", "", "nginx &> /dev/null"),
                step("a:1", "", "until (echo > /dev/tcp/db/5432); do sleep 1; done"),
                step("debian:12", "", "trap 'exit 0' SIGTERM; sleep 5"),
                step("debian:12", "", "bash -c '[[ a ]]'; sh -c 'i=0; ((i++))'"),
                step("a:1", "", "mkdir -p /v/{a,b}"),
                step("a:1", "", "echo ${NAME^^}"),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        «set -euo pipefail;» psql
          the step `s` uses `pipefail`, which dash, the `sh` of this image, does not know
        …pt "sh -euo pipefail -c" «'''…»
          the step `s` uses `pipefail`, which dash, the `sh` of this image, does not know
        for i in «{1..33}»; do sleep 3; done
          the step `s` uses `{1..33}`, which ash, the `sh` of this image, does not know
          fix (safe): use `$(seq 1 33)`
          - for i in {1..33}; do sleep 3; done
          + for i in $(seq 1 33); do sleep 3; done
        for i in «{1..33}»; do sleep 3; done
          the step `s` uses `{1..33}`, which only bash knows, but `sh` runs it
          fix (safe): use `$(seq 1 33)`
          - for i in {1..33}; do sleep 3; done
          + for i in $(seq 1 33); do sleep 3; done
        if «[[ -f /a ]]»; then echo; fi
          the step `s` uses `[[`, which dash, the `sh` of this image, does not know
        «[ "$A" == b ] &&» echo
          the step `s` uses `==`, which dash, the `sh` of this image, does not know
        «source /env;» node a
          the step `s` uses `source`, which dash, the `sh` of this image, does not know
        «a=(1 2)»; echo ${a[1]}
          the step `s` uses `a=(1 2)`, which ash, the `sh` of this image, does not know
        nginx «&> /dev/null»
          the step `s` uses `&>`, which dash, the `sh` of this image, does not know
        until (echo «> /dev/tcp/db/5432»); do sleep 1; done
          the step `s` uses `> /dev/tcp/db/5432`, which only bash knows, but `sh` runs it
        «trap 'exit 0' SIGTERM;» sleep 5
          the step `s` uses `SIGTERM`, which dash, the `sh` of this image, does not know
        …c '[[ a ]]'; sh -c 'i=0; «((i++))»'
          the step `s` uses `((`, which dash, the `sh` of this image, does not know
        mkdir -p /v/«{a,b}»
          the step `s` uses `{a,b}`, which only bash knows, but `sh` runs it
        echo «${NAME^^}»
          the step `s` uses `${NAME^^}`, which only bash knows, but `sh` runs it
        "#);
    }

    #[test]
    fn what_the_shell_knows_is_left_alone() {
        for program in [
            step("alpine:3.20", "", "set -o pipefail; [[ a == a ]] && echo ${A//a/b}"),
            step("debian:12", "\"bash -ec\"", "set -o pipefail; [[ a == b ]]; echo {1..3}"),
            step("registry.access.redhat.com/ubi9/ubi:9.4", "", "set -o pipefail; [[ a == b ]]"),
            step("a:1", "", "set -o pipefail; [[ a ]]"),
            step("a:1", "", "bash -c 'echo {1..3}; a=(1)'"),
            step("debian:12", "", "awk '{print $1, $2}' a; curl https://a/{b,c}; echo ${A:-{1..3}}"),
            step("debian:12", "", "if [ -n \"$BASH_VERSION\" ]; then set -o pipefail; fi"),
            step("debian:12", "", "(set -o pipefail) 2>/dev/null || true"),
            step("debian:12", "", "find . -name '*.a' -exec rm {} +; echo $((1 + 2)) ${A%.*} ${A:-x}"),
        ] {
            passes(Code::Bashism, &program);
        }
    }
}
