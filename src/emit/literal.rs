//! Writes texts of several lines as literal blocks (`|`), as people write scripts.

/// How much deeper the lines of a block are than its key.
pub(super) const STEP: usize = 2;
const STEP_DIGIT: char = '2';

/// Writes a text of several lines as a literal block.
pub(super) fn block(out: &mut String, text: &str, indent: usize) {
    let lines = text.trim_end_matches('\n');
    out.push('|');
    if lines.trim_start_matches('\n').starts_with(' ') {
        // Otherwise, readers would take the spaces for indentation.
        out.push(STEP_DIGIT);
    }
    let ends = text.len() - lines.len();
    match ends {
        0 => out.push('-'),
        1 => {}
        _ => out.push('+'),
    }
    for line in lines.split('\n') {
        new_line(out, if line.is_empty() { 0 } else { indent });
        out.push_str(line);
    }
    for _ in 1..ends {
        out.push('\n');
    }
}

/// Ends a line, and indents the next one.
pub(super) fn new_line(out: &mut String, indent: usize) {
    const LINE: &str = "\n                                ";
    out.push_str(&LINE[..LINE.len().min(indent + 1)]);
    for _ in LINE.len()..=indent {
        out.push(' ');
    }
}

/// Whether YAML does not allow a character, or some reader ends a line at it.
pub(super) fn is_special(char: char) -> bool {
    char.is_control() || matches!(char, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether every reader reads a text of several lines back exactly from a literal block.
pub(super) fn fits_block(text: &str) -> bool {
    // If the first line of a block starts with a tab, readers based on libyaml treat the tab as indentation.
    text.contains('\n')
        && text.trim_start_matches('\n').starts_with(|first| first != '\t')
        && !has_special(text)
}

/// Whether a text has special characters other than the ends of lines and tabs.
fn has_special(mut text: &str) -> bool {
    while let Some(at) = first_unusual(text.as_bytes()) {
        let mut rest = text[at..].chars();
        if rest.next().is_some_and(is_special) {
            return true;
        }
        text = rest.as_str();
    }
    false
}

/// The first byte that is not plain ASCII, as nearly all bytes of a script are.
fn first_unusual(text: &[u8]) -> Option<usize> {
    const AT_ONCE: usize = 64;
    let is_usual = |byte: &u8| matches!(byte, b'\n' | b'\t' | b' '..=b'~');
    let usual = |bytes: &&[u8]| bytes.iter().fold(true, |all, byte| all & is_usual(byte));
    let start = AT_ONCE * text.chunks_exact(AT_ONCE).take_while(usual).count();
    text[start..].iter().position(|byte| !is_usual(byte)).map(|at| start + at)
}
