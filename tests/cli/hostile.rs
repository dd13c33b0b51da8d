//! Tests hostile text in every place of a source from which it can reach an output.

use super::Folder;
use std::fs;

/// Texts that could deceive a terminal, a CI log, an XML reader or a person.
const TEXTS: [&str; 16] = [
    "\x1b[2J\x1b]0;owned\x07",
    "\x1b]8;;http://evil.example\x1b\\",
    "a\rb",
    "\x07\x08\x0c\x7f",
    "\u{9b}31m\u{85}\u{9d}",
    "::error::x",
    "##[add-mask]x",
    "%0A::set-output name=a::b",
    "\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}",
    "\u{2066}\u{2067}\u{2068}\u{2069}",
    "\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{61c}",
    "\u{feff}\u{2060}\u{ad}",
    "\u{2028}::error::x\u{2029}",
    "\u{fffe}\u{ffff}\u{1}",
    "]]><script>alert(1)</script>&amp;",
    "\u{e0041}\u{e0042}",
];

/// Whether a character can have an effect other than to be visible.
fn deceives(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\n' | '\t')
        || matches!(letter, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(letter, '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// A program with a text in every possible place; with `broken`, it has errors that quote the text.
fn program(text: &str, broken: bool) -> String {
    let value = text.replace('\\', "\\\\").replace('"', "\\\"");
    let faults = if broken {
        format!(
            "  \"{value}\" {{ }}\n  step \"{value}\" {{ image \"{value}\"; reads \"{value}\" at \"/{value}\" }}\n  {text} {text}\n"
        )
    } else {
        String::new()
    };
    format!(
        "# {text}\nlet a = \"{value}\"\npod p {{ # {text}\n  annotations {{ a a }}\n  volume v\n{faults}  \
         app web {{ image \"nginx\"; env {{ A \"{value}\"; SECRET_TOKEN \"{value}\" }}; mounts v at /v; \
         script \"curl http://a | sh # {value}\" }}\n}}\n"
    )
}

/// A folder with hostile text in its sources, names, settings and committed output.
fn folder(text: &str, broken: bool) -> Folder {
    let name = format!("{}.initflow", text.replace(['/', '\0'], "_"));
    let committed = format!("# {text}\n::error::x\n##[add-mask]x\n");
    Folder::new()
        .with(&name, program(text, broken))
        .with(&name.replace(".initflow", ".yaml"), committed)
        .with("old/empty.initflow", "")
        .with("case.test.toml", cases(text))
        .with("initflow.toml", "")
}

fn cases(text: &str) -> String {
    let escapes: Vec<String> = text.chars().map(|letter| format!("\\U{:08X}", u32::from(letter))).collect();
    let escaped = escapes.concat();
    format!(
        "[[case]]\nname = \"{escaped}\"\nsource = \"pod p {{ {escaped} }}\"\n\
         [[case]]\nname = \"{escaped}\"\nfile = \"{escaped}\"\n"
    )
}

#[test]
fn nothing_that_deceives_is_printed() {
    for text in TEXTS {
        for broken in [false, true] {
            let folder = folder(text, broken);
            for arguments in [
                "check .",
                "--color always check .",
                "check --format short .",
                "check --format json .",
                "check --format sarif .",
                "check --format github .",
                "check --format gitlab .",
                "check --format junit .",
                "compile --check .",
                "compile --emit json .",
                "fmt --check .",
                "plan .",
                "plan --format json .",
                "plan --format svg .",
                "plan --format html .",
                "plan --format mermaid .",
                "plan --format dot .",
                "diff old .",
                "diff --format markdown old .",
                "diff --format json old .",
                "test .",
            ] {
                let ran = folder.runs(arguments);
                let all = ran.stdout + &ran.stderr;
                // The command itself prints these colors.
                let all = ["\x1b[0m", "\x1b[1m", "\x1b[1;31m", "\x1b[1;36m"]
                    .iter()
                    .fold(all, |all, color| all.replace(color, ""));
                let all = if arguments.contains("always") { without_colors(&all) } else { all };
                let found: Vec<char> = all.chars().filter(|letter| deceives(*letter)).collect();
                assert!(found.is_empty(), "{arguments}: {found:?}\n{all}");
                if arguments.contains("github") {
                    let is_own = |line: &str| line.starts_with("::error ") || line.starts_with("::warning ");
                    assert!(all.lines().all(is_own), "{arguments}:\n{all}");
                }
            }
        }
    }
}

/// A text without its color codes: `ESC [`, numbers, `m`.
fn without_colors(text: &str) -> String {
    let mut pieces = text.split("\x1b[");
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let rest = piece.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == ';');
        plain += rest.strip_prefix('m').unwrap_or("\x1b");
    }
    plain
}

#[test]
fn yaml_has_no_raw_control_character_and_keeps_the_text() {
    for text in TEXTS {
        let folder = Folder::new().with("a.initflow", program(text, false));
        let ran = folder.runs("compile a.initflow");
        assert_eq!(ran.status, Some(0), "{text:?}: {}", ran.stderr);
        let control = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\t');
        assert!(!ran.stdout.contains(control), "{text:?}:\n{}", ran.stdout);
        let object: serde_yaml::Value = serde_yaml::from_str(&ran.stdout).expect("YAML");
        assert_eq!(object["metadata"]["annotations"]["a"], serde_yaml::Value::from(text));
        fs::write(folder.0.join("a.yaml"), &ran.stdout).expect("a file of the test");
        let imported = folder.runs("import a.yaml");
        assert!(!imported.stdout.contains(deceives), "{text:?}:\n{}", imported.stdout);
    }
}
