//! Checks the links between the texts of the repository: the file that a link names exists, and so does the heading.

use crate::{PAGES, markdown_below, no_complaints, pages};
use initflow::diagnostic::Code;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::collections::HashMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// The texts outside the site. Those of the folders are found.
const TEXTS: [&str; 6] = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "grammar/reference.md",
];
const FOLDERS: [&str; 3] = ["editors", "integrations", "packages"];

/// A text: its headings' anchors and its links.
struct Text {
    anchors: Vec<String>,
    links: Vec<String>,
}

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    let mut texts: Vec<String> = TEXTS.map(str::to_owned).to_vec();
    texts.extend(FOLDERS.iter().flat_map(markdown_below));
    texts.extend(pages());
    let read: HashMap<PathBuf, Text> = texts.iter().map(|path| (PathBuf::from(path), read(path))).collect();
    let mut complaints = Vec::new();
    let mut links = 0;
    for path in &texts {
        for link in &read[Path::new(path)].links {
            links += 1;
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { PathBuf::from(path) } else { beside(path, file) };
            if !target.exists() && !is_explanation(&target) {
                complaints.push(format!("{path}: `{link}`: there is no {}", target.display()));
            } else if !anchor.is_empty()
                && !read.get(&target).is_some_and(|text| text.anchors.iter().any(|found| found == anchor))
            {
                complaints.push(format!("{path}: `{link}`: {} has no such heading", target.display()));
            }
        }
    }
    assert!(links > 200, "the texts have {links} links");
    no_complaints(&complaints);
}

/// Headings have the same anchors on the site as on other pages that show Markdown.
#[test]
fn anchors_do_not_depend_on_who_shows_the_text() {
    let mut complaints = Vec::new();
    for page in pages() {
        let mut anchors = read(&page).anchors;
        let ambiguous = anchors.iter().filter(|anchor| anchor.contains("--") || !anchor.is_ascii());
        complaints.extend(ambiguous.map(|anchor| format!("{page}: `{anchor}` is shown in several ways")));
        anchors.sort();
        let twice = anchors.windows(2).filter(|pair| pair[0] == pair[1]);
        complaints.extend(twice.map(|pair| format!("{page}: two headings have the anchor `{}`", pair[0])));
    }
    no_complaints(&complaints);
}

/// Whether a path is that of an explanation, whose page is made when the site is built.
fn is_explanation(path: &Path) -> bool {
    path.parent().is_some_and(|folder| folder == Path::new(PAGES).join("diagnostics"))
        && path.file_stem().and_then(|name| name.to_str()).is_some_and(|name| name.parse::<Code>().is_ok())
}

/// The path that a link in a text means.
fn beside(text: &str, link: &str) -> PathBuf {
    let mut path = Path::new(text).parent().map(Path::to_owned).unwrap_or_default();
    for part in Path::new(link).components() {
        match part {
            Component::ParentDir => {
                path.pop();
            }
            Component::CurDir => {}
            part => path.push(part),
        }
    }
    path
}

fn read(path: &str) -> Text {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read {path}: {error}"));
    parse(&text)
}

/// The headings and the links of a text, without those to other sites.
fn parse(text: &str) -> Text {
    let mut found = Text { anchors: Vec::new(), links: Vec::new() };
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => found.anchors.extend(heading.take().map(|text| anchor(&text))),
            Event::Text(part) | Event::Code(part) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&part);
                }
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. })
                if !dest_url.contains("://") && !dest_url.starts_with("mailto:") =>
            {
                found.links.push(dest_url.to_string());
            }
            _ => {}
        }
    }
    found
}

/// The anchor of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|char| char.is_alphanumeric() || matches!(char, '-' | '_' | ' '));
    kept.flat_map(char::to_lowercase).map(|char| if char == ' ' { '-' } else { char }).collect()
}

#[test]
fn headings_and_links_are_found() {
    let text =
        "# The `x` of y, z\n[a](b.md#c) `[d](e)` [f](https://f.dev)\n```\n[g](h)\n```\n| [i](j) |\n|---|\n";
    let found = parse(text);
    assert_eq!(found.anchors, ["the-x-of-y-z"]);
    assert_eq!(found.links, ["b.md#c", "j"]);
    assert_eq!(beside("a/b/c.md", "../d/e.md"), Path::new("a/d/e.md"));
}
