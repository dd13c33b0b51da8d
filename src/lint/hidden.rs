//! Finds text that readers do not see, or see in another order than the compiler, in comments, texts, names and paths.
//!
//! Invariant: characters that a script needs are not reported, such as joiners in emoji, in Persian and in the scripts of
//! India, direction marks next to right-to-left letters, word breaks in Thai, and a byte order mark at the start of a file.

use crate::diagnostic::visible::{is_hidden, reorders};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::{FileId, SourceFile, Sources, Span};
use crate::syntax::tree::{Argument, Document, Name, Statement, SyntaxValue, ValueKind};

/// The most findings in a program.
const MAX_FOUND: usize = 1_000;

/// What some editors write at the start of a file.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Looks for hidden text in the files of a program.
pub(crate) fn find_hidden<'d>(
    documents: impl Iterator<Item = &'d Document>,
    sources: &Sources,
    found: &mut Vec<Diagnostic>,
) {
    let mut room = MAX_FOUND;
    for document in documents {
        let first = document.statements.first().map(|statement| statement.span);
        let Some(span) = first.or(document.comments.first().copied()) else { continue };
        let file = sources.get(span.file);
        if file.is_plain() || file.id == FileId::STD {
            continue;
        }
        let is_start = sources.in_file(Span::new(file.id, 0, 0)).start == 0;
        let runs = runs(&file.text, is_start);
        let mut texts = Vec::new();
        document.statements.iter().for_each(|statement| of_statement(statement, &mut texts));
        texts.extend(document.comments.iter().map(|comment| (*comment, true)));
        texts.sort_unstable_by_key(|(span, _)| span.start);
        let places = runs.into_iter().filter_map(|(start, end)| {
            let span = Span::new(file.id, start, end);
            let at = texts.partition_point(|(text, _)| text.start <= span.start).checked_sub(1)?;
            texts.get(at).filter(|(text, _)| span.end <= text.end).map(|text| (span, *text))
        });
        let before = found.len();
        found.extend(places.take(room).map(|(span, text)| finding(file, span, text)));
        room -= found.len() - before;
    }
}

/// A text of a source, and whether it is a comment.
type Text = (Span, bool);

fn finding(file: &SourceFile, span: Span, (text, is_comment): Text) -> Diagnostic {
    let hidden = file.slice(span);
    let code = |letter: char| format!("U+{:04X}", u32::from(letter));
    let (headline, here) = match hidden.chars().find(|letter| reorders(*letter)) {
        Some(letter) => (
            format!("{} changes the order in which the text around it is shown", code(letter)),
            "readers see a different text than the compiler",
        ),
        None => (
            hidden.chars().next().map_or_else(String::new, |first| {
                format!("readers cannot see the character {}", code(first))
            }),
            "editors and reviews do not show this",
        ),
    };
    let diagnostic = Diagnostic::warning(Code::HiddenCharacter, span, headline).here(here);
    if !is_comment && file.slice(text).starts_with('"') {
        let escapes: Vec<String> =
            hidden.chars().map(|letter| format!("\\u{{{:x}}}", u32::from(letter))).collect();
        let escaped = escapes.concat();
        return diagnostic.fix(format!("write `{escaped}`"), span, escaped, Applicability::Safe);
    }
    let safety = if is_comment { Applicability::Safe } else { Applicability::Unsafe };
    diagnostic.fix("remove the hidden characters", span, "", safety)
}

/// The runs of hidden characters that the text around them does not need.
fn runs(text: &str, is_start: bool) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let is_ordinary = |letter: char| matches!(letter, '\n' | '\t' | ' '..='~');
    for (at, letter) in text.char_indices() {
        if is_ordinary(letter) || !is_hidden(letter) {
            continue;
        }
        let end = at + letter.len_utf8();
        let is_mark = letter == BYTE_ORDER_MARK && at == 0 && is_start;
        if is_mark || is_needed(letter, &text[..at], &text[end..]) {
            continue;
        }
        match runs.last_mut() {
            Some((_, last)) if *last == at => *last = end,
            _ => runs.push((at, end)),
        }
    }
    runs
}

/// Whether the text around a hidden character needs it.
fn is_needed(letter: char, before: &str, after: &str) -> bool {
    let (previous, next) = (before.chars().next_back(), after.chars().next());
    let both = |fits: fn(char) -> bool| previous.is_some_and(fits) && next.is_some_and(fits);
    match letter {
        '\r' => next == Some('\n'),
        '\u{200d}' => both(is_emoji) || previous.is_some_and(is_joined),
        '\u{200c}' => previous.is_some_and(is_joined),
        '\u{200b}' => both(is_without_spaces),
        '\u{61c}' | '\u{200e}' | '\u{200f}' => {
            belongs_to_right_to_left(before.chars().rev()) || belongs_to_right_to_left(after.chars())
        }
        // Flags of regions: a black flag, letters, and an end mark.
        '\u{e0020}'..='\u{e007f}' => {
            let mut letters = before.chars().rev().take(8);
            letters.find(|letter| !matches!(letter, '\u{e0020}'..='\u{e007e}')) == Some('\u{1f3f4}')
        }
        _ => false,
    }
}

fn is_emoji(letter: char) -> bool {
    matches!(letter, '\u{2190}'..='\u{2bff}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}')
}

/// Whether a letter is of a script with joiners: from Arabic to Myanmar, and later additions.
fn is_joined(letter: char) -> bool {
    let ranges = matches!(letter, '\u{620}'..='\u{109f}' | '\u{1780}'..='\u{18af}' | '\u{1b00}'..='\u{1cff}')
        || matches!(letter, '\u{a800}'..='\u{abff}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
        || matches!(letter, '\u{10a00}'..='\u{11fff}');
    ranges && !is_hidden(letter)
}

/// Whether a letter is of a script that writes words without spaces between them: Thai, Lao, Myanmar, Khmer.
fn is_without_spaces(letter: char) -> bool {
    matches!(letter, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{aa60}'..='\u{aa7f}')
}

/// Whether the nearest letter on the line is of a right-to-left script.
fn belongs_to_right_to_left(letters: impl Iterator<Item = char>) -> bool {
    let mut line = letters.take(16).take_while(|letter| *letter != '\n');
    line.find(|letter| letter.is_alphabetic()).is_some_and(is_right_to_left)
}

fn is_right_to_left(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
        || matches!(letter, '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// The names and values of a statement in which any character is allowed.
fn of_statement(statement: &Statement, texts: &mut Vec<Text>) {
    of_name(&statement.name, texts);
    statement.values.iter().for_each(|value| of_value(value, texts));
    let inside = statement.block.iter().flat_map(|block| &block.statements);
    inside.for_each(|statement| of_statement(statement, texts));
}

fn of_name(name: &Name, texts: &mut Vec<Text>) {
    if name.quoted {
        texts.push((name.span, false));
    }
}

fn of_value(value: &SyntaxValue, texts: &mut Vec<Text>) {
    match &value.kind {
        ValueKind::Text(_) | ValueKind::Path(_) => texts.push((value.span, false)),
        ValueKind::Range(low, high) => {
            low.iter().chain([high]).for_each(|value| of_value(value, texts));
        }
        ValueKind::List(values) => values.iter().for_each(|value| of_value(value, texts)),
        ValueKind::Call(_) | ValueKind::Group(_) => {
            let values = value.arguments().iter().flat_map(|Argument { values, .. }| values);
            values.for_each(|value| of_value(value, texts));
        }
        ValueKind::Word(_) | ValueKind::Number(_) | ValueKind::Operator(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::{CompileOptions, Loader, NoFiles, compile};
    use crate::diagnostic::applied;
    use crate::lint::tests::found;

    const CODE: Code = Code::HiddenCharacter;

    fn raised(source: &str) -> Vec<(Diagnostic, String)> {
        let compilation = compile("a", source.to_owned(), &NoFiles, &CompileOptions::default());
        let found = compilation.diagnostics.iter().filter(|found| found.code == CODE);
        let fixed = |found: &Diagnostic| {
            let edits = found.fix.iter().flat_map(|fix| fix.edits.clone()).collect::<Vec<_>>();
            applied(source, &edits)
        };
        found.map(|found| (found.clone(), fixed(found))).collect()
    }

    fn program(comment: &str, text: &str, raw: &str) -> String {
        format!(
            "pod x {{ # {comment}\n  annotations {{ \"a\" \"{text}\" }}\n  app a {{ image \"a:1\"; script '''\n    echo {raw}\n  ''' }}\n}}\n"
        )
    }

    #[test]
    fn deceptive_characters_are_found_everywhere() {
        for hidden in [
            "\u{202e}",
            "\u{202a}",
            "\u{2066}",
            "\u{2069}",
            "\u{200b}",
            "\u{200d}",
            "\u{200f}",
            "\u{feff}",
            "\u{2028}",
            "\u{ad}",
            "\u{61c}",
            "\u{e0041}",
            "\u{3164}",
            "\x1b",
            "\x7f",
            "\u{9b}",
            "a\rb",
        ] {
            for (source, is_escaped) in [
                (program(hidden, "b", "c"), false),
                (program("a", hidden, "c"), true),
                (program("a", "b", hidden), false),
            ] {
                let found = raised(&source);
                let [(finding, fixed)] = found.as_slice() else { panic!("{source:?}: {found:?}") };
                let fix = finding.fix.as_ref().unwrap();
                assert_eq!(fixed.contains("\\u{"), is_escaped, "{fixed}");
                assert!(runs(fixed, true).is_empty(), "{fixed:?}");
                let safe = is_escaped || !source.contains(&format!("echo {hidden}"));
                assert_eq!(fix.applicability == Applicability::Safe, safe, "{source:?}");
            }
        }
    }

    #[test]
    fn the_span_is_the_character_and_the_fix_escapes_it_in_text() {
        let hidden = "\u{200b}";
        let programs = [program(hidden, "b", "c"), program("a", hidden, "c"), program("a", "b", hidden)];
        insta::assert_snapshot!(found(CODE, programs), @r#"
        pod x { # «�»
          readers cannot see the character U+200B
          fix (safe): remove the hidden characters
          - pod x { # �
          + pod x { #
        annotations { "a" "«�»" }
          readers cannot see the character U+200B
          fix (safe): write `\u{200b}`
          - annotations { "a" "�" }
          + annotations { "a" "\u{200b}" }
        echo «�»
          readers cannot see the character U+200B
          fix (unsafe): remove the hidden characters
          - echo �
          + echo
        "#);
    }

    #[test]
    fn names_and_paths_are_checked_even_with_errors() {
        let programs = [
            "pod x { volume v\n app a { image \"a:1\"; mounts v at /a\u{202e}b } }",
            "pod x { # a\u{202e}\u{2066} b \u{202c}\n app a { image \"a:1\" } }",
        ];
        insta::assert_snapshot!(found(CODE, programs), @r#"
        …age "a:1"; mounts v at /a«�»b } }
          U+202E changes the order in which the text around it is shown
          fix (unsafe): remove the hidden characters
          - …age "a:1"; mounts v at /a�b } }
          + …age "a:1"; mounts v at /ab } }
        pod x { # a«��» b �
          U+202E changes the order in which the text around it is shown
          fix (safe): remove the hidden characters
          - pod x { # a�� b �
          + pod x { # a b �
        pod x { # a�� b «�»
          U+202C changes the order in which the text around it is shown
          fix (safe): remove the hidden characters
          - pod x { # a�� b �
          + pod x { # a�� b
        "#);
        assert_eq!(raised("pod x { app a { image \"a:1\"; env { \"A\u{200b}B\" \"c\" } } }").len(), 1);
        assert_eq!(raised("pod x { bogus 1 # \u{202e}\n }").len(), 1);
    }

    #[test]
    fn characters_that_scripts_need_are_allowed() {
        for text in [
            "שלום עולם",
            "مرحبا بالعالم",
            "می\u{200c}خواهم",
            "ه\u{200d}",
            "क्\u{200d}ष श्री\u{200c}",
            "👩\u{200d}💻 👨🏽\u{200d}🚀 🏳️\u{200d}🌈 ❤️\u{200d}🔥",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "ไทย\u{200b}ภาษา",
            "שלום!\u{200f} hello",
            "C++\u{200e} עברית",
            "漢字 é ñ ½ ☕️ 1️⃣",
        ] {
            assert!(raised(&program(text, text, text)).is_empty(), "{text}");
        }
        assert!(raised(&format!("\u{feff}{}", program("a", "b", "c"))).is_empty());
        assert!(raised(&program("a", "b", "c").replace('\n', "\r\n")).is_empty());
        assert!(raised(&program("a", "\\u{202e}", "c")).is_empty());
    }

    #[test]
    fn used_files_are_checked_and_findings_are_limited() {
        struct Library;
        impl Loader for Library {
            fn load(&self, _: &str) -> Result<String, String> {
                Ok("# \u{202e}\nlet a = \"b\"\n".into())
            }
        }
        let source = "use \"b.initflow\"\npod x { app a { image \"a:1\" } }";
        let compilation = compile("a.initflow", source.into(), &Library, &CompileOptions::default());
        let names: Vec<Code> = compilation.diagnostics.iter().map(|found| found.code).collect();
        assert_eq!(names, [Code::HiddenCharacter]);
        assert_eq!(raised(&program(&"\u{200b} ".repeat(5_000), "b", "c")).len(), MAX_FOUND);
    }
}
