//! Runs the cases in `cases/*.txt`: sources with a marker, the request of an editor there, and the answer as text.
//!
//! A file is a sequence of cases:
//!
//! ```text
//! === REQUEST ARGUMENT: title
//! //- main.initflow
//! a source with `$0` at the cursor; a second `$0` ends a selection
//! //- other.initflow
//! a file next to it
//! //- other.initflow unsaved
//! its content in the editor, which differs from the disk
//! ---
//! the answer
//! ```
//!
//! The first file and each `unsaved` file are open in the editor; all others are only on disk. `UPDATE=1` writes the
//! answers.

use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use crate::ask;
use crate::client::Client;
use crate::folder::Folder;
use crate::text::Encoding;

/// One case.
pub(crate) struct Case {
    pub(crate) request: String,
    pub(crate) argument: String,
    /// The name of the open file.
    pub(crate) name: String,
    pub(crate) cursor: Range<usize>,
    heading: String,
    /// Everything above the answer, as written.
    head: String,
    expected: String,
    sources: Vec<Source>,
}

struct Source {
    name: String,
    unsaved: bool,
    text: String,
}

/// Runs all cases of a file, and compares the answers with those in the file.
pub(crate) fn run(feature: &str) {
    let path = PathBuf::from(format!("tests/lsp/cases/{feature}.txt"));
    let written = fs::read_to_string(&path).unwrap();
    let cases: Vec<Case> = format!("\n{written}").split("\n=== ").skip(1).map(Case::read).collect();
    assert!(!cases.is_empty(), "{} has no case", path.display());
    let mut anew = String::new();
    let mut wrong = String::new();
    for (at, case) in cases.iter().enumerate() {
        let answer = case.answer(&format!("{feature}-{at}"));
        if answer.trim_end() != case.expected.trim_end() {
            wrong +=
                &format!("=== {}\n--- expected\n{}\n--- answered\n{answer}\n", case.heading, case.expected);
        }
        anew += &format!("=== {}\n---\n{}\n\n", case.head.trim_end(), answer.trim_end());
    }
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, anew.trim_end().to_owned() + "\n").unwrap();
    } else {
        let path = path.display();
        assert!(
            wrong.is_empty(),
            "{path}:\n{wrong}\nif these answers are right, run `UPDATE=1 cargo test --test lsp`"
        );
    }
}

impl Case {
    fn read(text: &str) -> Case {
        let (head, expected) = text.split_once("\n---\n").unwrap_or((text.trim_end_matches("\n---"), ""));
        let heading = head.lines().next().unwrap().to_owned();
        let (request, _) = heading.split_once(": ").unwrap_or_else(|| panic!("no title: {heading}"));
        let (request, argument) = request.split_once(' ').unwrap_or((request, ""));
        let mut case = Case {
            request: request.to_owned(),
            argument: argument.to_owned(),
            name: String::new(),
            cursor: 0..0,
            head: head.to_owned(),
            expected: expected.to_owned(),
            sources: Vec::new(),
            heading: heading.clone(),
        };
        for file in head.split("\n//- ").skip(1) {
            let (title, text) = file.split_once('\n').unwrap_or((file, ""));
            let (name, unsaved) = title.strip_suffix(" unsaved").map_or((title, false), |name| (name, true));
            let mut text = format!("{}\n", text.trim_end_matches('\n'));
            if case.sources.is_empty() {
                name.clone_into(&mut case.name);
                case.cursor = markers(&mut text);
            }
            case.sources.push(Source { name: name.to_owned(), unsaved, text });
        }
        assert!(!case.sources.is_empty(), "no source: {heading}");
        case
    }

    fn answer(&self, folder: &str) -> String {
        let encoding = Encoding::Utf16;
        let mut folder = Folder::new(folder, encoding);
        for source in self.sources.iter().filter(|source| !source.unsaved) {
            folder.write(&source.name, &source.text);
        }
        let mut client = Client::start(encoding.name(), Some(&folder.uri("")));
        for source in self.sources.iter().filter(|source| source.unsaved) {
            folder.hold(&source.name, &source.text);
            client.open(&folder.uri(&source.name), 1, &source.text);
        }
        let uri = folder.uri(&self.name);
        client.open(&uri, 1, &folder.files[&self.name].text);
        let answer = ask::answer(&mut client, &folder, self);
        client.stop();
        let answer = answer.replace(&folder.uri(""), "").replace(folder.path.to_str().unwrap(), "");
        answer.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
    }
}

/// Removes the markers from a text, and gives the cursor or the ends of the selection; the start of the text if it has
/// none.
fn markers(text: &mut String) -> Range<usize> {
    let mut next = || {
        let at = text.find("$0")?;
        text.replace_range(at..at + 2, "");
        Some(at)
    };
    let start = next();
    let end = next().or(start);
    start.unwrap_or(0)..end.unwrap_or(0)
}
