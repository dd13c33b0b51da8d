#![doc = include_str!("../../diagnostic/explain/secret-on-command-line.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::shell::PlainCommand;

/// Options whose value is secret.
const OPTIONS: [&str; 5] = ["--password", "--token", "--secret-key", "--api-key", "--requirepass"];

/// What is in every command with a secret: such an option, that of a user, the program `mysql`, or the `@` of a URL.
const WORDS: [&str; 8] = [OPTIONS[0], OPTIONS[1], OPTIONS[2], OPTIONS[3], OPTIONS[4], "-u", "mysql", "@"];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (container, script) in pod.scripts(&WORDS) {
        let Some(command) = script.commands.iter().find(|command| shows(command)) else { continue };
        found.push(
            Diagnostic::warning(
                Code::SecretOnCommandLine,
                pod.place(script, command),
                format!(
                    "`{}` passes a secret to `{}` on the command line",
                    container.name.text,
                    command.program()
                ),
            )
            .here("readable in the source, in the YAML and in the process list")
            .help("read it from a variable: `env { NAME secret(\"…\", \"…\") }`"),
        );
    }
}

fn shows(command: &PlainCommand) -> bool {
    let words: Vec<&str> = command.arguments().collect();
    let literal =
        |text: &str| text.len() > 3 && !text.contains(['$', '<', '{', '/']) && !text.starts_with('-');
    words.iter().enumerate().any(|(at, word)| {
        let value = OPTIONS.iter().find_map(|name| match word.strip_prefix(name)? {
            "" => words.get(at + 1).copied(),
            rest => rest.strip_prefix('='),
        });
        let user = ["-u", "--user"].contains(word) && ["curl", "wget"].contains(&command.program());
        let pair = || Some(words.get(at + 1)?.split_once(':')?.1);
        let mysql = ["mysql", "mysqladmin", "mysqldump"].contains(&command.program());
        value.is_some_and(literal)
            || (user && pair().is_some_and(literal))
            || (mysql && word.strip_prefix("-p").is_some_and(literal))
            || in_url(word)
    })
}

fn in_url(word: &str) -> bool {
    let Some((_, rest)) = word.split_once("://") else { return false };
    let Some((user, _)) = rest.split('/').next().unwrap_or(rest).rsplit_once('@') else { return false };
    user.split_once(':')
        .is_some_and(|(_, password)| password.len() > 2 && !password.contains(['$', '<', '{']))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes, step};

    #[test]
    fn variables_are_allowed() {
        let shown = found(
            Code::SecretOnCommandLine,
            [
                step("mysql -uroot -phunter22 shop"),
                step("curl -u shop:hunter22 https://a/"),
                step("vault login --token=abcdef"),
            ],
        );
        insta::assert_snapshot!(shown, @r"
        «mysql -uroot -phunter22 shop»
          `s` passes a secret to `mysql` on the command line
        «curl -u shop:hunter22 https://a/»
          `s` passes a secret to `curl` on the command line
        «vault login --token=abcdef»
          `s` passes a secret to `vault` on the command line
        ");
        passes(Code::SecretOnCommandLine, &step("mysql -uroot -p$PASSWORD shop"));
        passes(Code::SecretOnCommandLine, &step("tool --password \"$(cat /run/p)\""));
        passes(Code::SecretOnCommandLine, &step("tool --password-file /run/p"));
    }
}
