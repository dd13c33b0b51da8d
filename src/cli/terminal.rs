//! Finds out what standard output and standard error can show: colors, links, how many columns, which characters.
//!
//! Invariant: what is not a terminal gets whole lines of plain text, unless the call or the environment asks for colors.

use crate::diagnostic::screen::Screen;
use clap::ValueEnum;
use std::io::IsTerminal as _;
use supports_hyperlinks::supports_hyperlinks;
use terminal_size::{Width, terminal_size_of};

/// When there are colors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

/// Fewer columns than these are not laid out for: the terminal wraps the rest.
const NARROWEST: usize = 30;

/// More columns than these are not used by a table.
const WIDEST: usize = 1000;

/// What standard output can show.
pub(super) fn results(when: Color) -> Screen {
    let out = std::io::stdout();
    let width = terminal_size_of(&out).map(|(Width(width), _)| width);
    screen(when, out.is_terminal(), width, &environment)
}

/// What standard error can show.
pub(super) fn messages(when: Color) -> Screen {
    let err = std::io::stderr();
    let width = terminal_size_of(&err).map(|(Width(width), _)| width);
    screen(when, err.is_terminal(), width, &environment)
}

/// The value of a variable of the environment that is set to something.
fn environment(name: &str) -> Option<String> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(|value| value.to_string_lossy().into_owned())
}

fn screen(
    when: Color,
    is_terminal: bool,
    width: Option<u16>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Screen {
    let color = match when {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => has_colors(is_terminal, variable),
    };
    if !is_terminal {
        return Screen { color, ..Screen::default() };
    }
    let columns = variable("COLUMNS").and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
    let columns = columns.or(width.map(usize::from).filter(|columns| *columns > 0)).unwrap_or(80);
    Screen {
        width: Some(columns.clamp(NARROWEST, WIDEST)),
        color,
        // Only messages have links, and only where the terminal is known to open them.
        links: color && variable("TERM").as_deref() != Some("dumb") && supports_hyperlinks(),
        ascii: !is_unicode(variable),
    }
}

/// Whether there are colors, by the variables that most programs obey: <https://no-color.org>,
/// <https://bixense.com/clicolors> and <https://force-color.org>.
fn has_colors(is_terminal: bool, variable: &dyn Fn(&str) -> Option<String>) -> bool {
    let forced = variable("FORCE_COLOR");
    let is_off = |value: &str| matches!(value, "0" | "false");
    if variable("NO_COLOR").is_some() {
        false
    } else if variable("CLICOLOR_FORCE").is_some_and(|value| value != "0")
        || forced.as_deref().is_some_and(|value| !is_off(value))
    {
        true
    } else if forced.as_deref().is_some_and(is_off) || variable("CLICOLOR").as_deref() == Some("0") {
        false
    } else {
        is_terminal && variable("TERM").as_deref() != Some("dumb")
    }
}

/// Whether the locale is one of UTF-8. Elsewhere than on Unix, terminals do not follow the locale.
fn is_unicode(variable: &dyn Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable);
    let is_utf8 = |locale: String| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    };
    !cfg!(unix) || locale.is_some_and(is_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The screen of a terminal of 100 columns, or of none, with these variables.
    fn with(is_terminal: bool, when: Color, variables: &[(&str, &str)]) -> Screen {
        let find = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        screen(when, is_terminal, Some(100), &find)
    }

    #[test]
    fn colors_follow_the_call_then_the_environment_then_the_terminal() {
        let color = |is_terminal, variables: &[(&str, &str)]| with(is_terminal, Color::Auto, variables).color;
        assert!(color(true, &[]) && !color(false, &[]));
        assert!(!color(true, &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1"), ("FORCE_COLOR", "1")]));
        assert!(color(false, &[("CLICOLOR_FORCE", "1")]) && !color(false, &[("CLICOLOR_FORCE", "0")]));
        assert!(color(false, &[("FORCE_COLOR", "3")]) && !color(true, &[("FORCE_COLOR", "0")]));
        assert!(color(false, &[("FORCE_COLOR", "1"), ("CLICOLOR", "0")]));
        assert!(!color(true, &[("CLICOLOR", "0")]) && color(true, &[("CLICOLOR", "1")]));
        assert!(!color(false, &[("CLICOLOR", "1")]) && !color(true, &[("TERM", "dumb")]));
        assert!(with(false, Color::Always, &[("NO_COLOR", "1")]).color);
        assert!(!with(true, Color::Never, &[("FORCE_COLOR", "1")]).color);
    }

    #[test]
    fn only_a_terminal_has_columns_and_the_variable_wins() {
        assert_eq!(with(true, Color::Auto, &[]).width, Some(100));
        assert_eq!(with(true, Color::Auto, &[("COLUMNS", "72")]).width, Some(72));
        for broken in ["0", "-3", "many", "99999999999999999999999"] {
            assert_eq!(with(true, Color::Auto, &[("COLUMNS", broken)]).width, Some(100), "{broken}");
        }
        assert_eq!(with(true, Color::Auto, &[("COLUMNS", "1")]).width, Some(NARROWEST));
        assert_eq!(with(false, Color::Auto, &[("COLUMNS", "72")]).width, None);
        assert_eq!(screen(Color::Auto, true, None, &|_| None).width, Some(80));
    }

    #[cfg(unix)]
    #[test]
    fn the_first_variable_of_the_locale_that_is_set_decides() {
        let ascii = |variables: &[(&str, &str)]| with(true, Color::Auto, variables).ascii;
        assert!(ascii(&[]) && ascii(&[("LANG", "C")]) && ascii(&[("LANG", "de_DE.ISO-8859-1")]));
        assert!(!ascii(&[("LANG", "C.UTF-8")]) && !ascii(&[("LC_CTYPE", "en_US.utf8"), ("LANG", "C")]));
        assert!(ascii(&[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")]));
        assert!(!with(false, Color::Auto, &[("LANG", "C")]).ascii);
    }
}
