//! Estimates the largest width of a text in any font that a viewer may have, and shortens texts to fit.

/// A width in pixels that hardly any sans-serif font exceeds.
pub(super) fn width(text: &str, size: i32) -> i32 {
    let thousandths: i32 = text.chars().map(thousandths).sum();
    (thousandths * size + 999) / 1000
}

/// The same of a bold text.
pub(super) fn bold_width(text: &str, size: i32) -> i32 {
    width(text, size) * 9 / 8
}

/// The text, or as much of its beginning as fits, with an ellipsis.
pub(super) fn fit(text: &str, size: i32, room: i32) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut fitting = String::new();
    for character in text.chars() {
        fitting.push(character);
        if width(&fitting, size) + width("…", size) > room {
            fitting.pop();
            break;
        }
    }
    fitting.push('…');
    fitting
}

/// The name, or as much of both of its ends as fits, since names often differ in their ends alone.
pub(super) fn fit_name(name: &str, size: i32, room: i32) -> String {
    if width(name, size) <= room {
        return name.to_owned();
    }
    let half = (room - width("…", size)) / 2;
    let fits = |letters: &str| width(letters, size) <= half;
    let begins = name.char_indices().map(|(at, _)| &name[..at]).take_while(|part| fits(part)).last();
    let ends = name.char_indices().rev().map(|(at, _)| &name[at..]).take_while(|part| fits(part)).last();
    format!("{}…{}", begins.unwrap_or_default(), ends.unwrap_or_default())
}

fn thousandths(character: char) -> i32 {
    match character {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 340,
        'f' | 't' | 'r' | '-' | '(' | ')' | '/' | 'I' => 440,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' | '→' => 1000,
        'A'..='Z' => 760,
        '\0'..='\u{24f}' => 620,
        _ => 1050,
    }
}
