//! Keeps out words that make a text read as if it were translated. Spelling is checked by `tests/spelling/run`.
#![allow(clippy::expect_used)]

use std::fs;
use std::path::Path;

/// Words to avoid, and what to write instead. Case is ignored.
const WORDS: &[(&str, &str)] = &[
    ("stand", "be, belong or appear"),
    ("stands", "is, belongs or appears; `means` for `stands for`"),
    ("whom", "which, who, or another sentence"),
    ("for ever", "forever"),
    ("many-line", "multi-line"),
    ("round bracket", "parenthesis"),
    ("round brackets", "parentheses"),
    ("blanks", "spaces"),
    ("cured", "fixed"),
    ("the cure", "the fix"),
    ("left alone", "not changed, or not imported"),
    ("called so", "there is no … with this name"),
    ("takes no further", "accepts only"),
    ("otherwise here", "use the … statement instead"),
    ("rule each other out", "cannot be combined"),
    ("rules each other out", "cannot be combined"),
    ("the circle", "the cycle"),
    ("so far as", "as far as, or if"),
    ("in so many words", "explicitly"),
    ("says none of", "sets none of"),
    ("is no", "is not, or unknown"),
    ("are no", "are not"),
];

/// Phrases that are right although they contain such a word.
const RIGHT: &[&str] = &[
    "there is no",
    // What a step prints, whose script is part of what programs compile to.
    "is no object with keys",
    "there are no",
    "is there no",
    "is no longer",
    "are no longer",
    "is no more than",
    "are no more than",
];

/// Files that quote such words on purpose, texts by others, and generated files.
const EXEMPT: &[&str] = &[
    "tests/words.rs",
    "src/kubernetes/schema/objects.rs",
    "LICENSE",
    "target",
    "node_modules",
    ".git",
    "main.yaml",
];

const EXTENSIONS: &[&str] = &[
    "css", "el", "html", "initflow", "js", "lua", "md", "mjs", "pest", "py", "rs", "scm", "sh", "toml", "ts",
    "txt", "vim", "yaml", "yml",
];

#[test]
fn texts_use_plain_words() {
    let mut found = Vec::new();
    search(Path::new("."), &mut found);
    assert!(found.is_empty(), "{} places:\n{}", found.len(), found.join("\n"));
}

fn search(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("an entry can be read").path();
        let shown = path.display().to_string();
        let shown = shown.trim_start_matches("./");
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if EXEMPT.iter().any(|exempt| shown == *exempt || name == *exempt) || path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            search(&path, found);
        } else if is_text(&path)
            && let Ok(text) = fs::read_to_string(&path)
        {
            let text = text.to_lowercase();
            for (at, line) in text.lines().enumerate() {
                let bad = WORDS.iter().filter(|(word, _)| has(line, word));
                found.extend(bad.map(|(word, instead)| format!("{shown}:{}: `{word}`: {instead}", at + 1)));
            }
        }
    }
}

/// Whether people read a file, by its extension; scripts may have none. The scripts of built-in steps are
/// part of what programs compile to, and change only when they do something else.
fn is_text(path: &Path) -> bool {
    let is_part_of_output =
        path.starts_with("./src/steps") && path.extension().is_some_and(|extension| extension == "sh");
    !is_part_of_output
        && path.extension().is_none_or(|extension| EXTENSIONS.iter().any(|known| extension == *known))
}

/// Whether a line has a word, outside of what is right.
fn has(line: &str, word: &str) -> bool {
    let ends = |text: &str| text.chars().next_back().is_some_and(char::is_alphanumeric);
    let begins = |text: &str| text.chars().next().is_some_and(char::is_alphanumeric);
    line.match_indices(word).any(|(at, _)| {
        let end = at + word.len();
        let is_right = RIGHT.iter().any(|right| {
            line.match_indices(right).any(|(start, _)| start <= at && end <= start + right.len())
        });
        !ends(&line[..at]) && !begins(&line[end..]) && !is_right
    })
}

#[test]
fn words_are_found_whole_and_outside_of_what_is_right() {
    assert!(has("it stands here", "stands") && !has("it understands", "stands"));
    assert!(has("this is no name", "is no") && !has("there is no name", "is no"));
    assert!(!has("it is not", "is no"));
}
