//! Reads the explanations of each [`Code`] in `explain/`.

use super::Code;

impl Code {
    /// What is wrong, in one sentence.
    ///
    /// ```
    /// use initflow::diagnostic::Code;
    ///
    /// assert!(Code::UnwrittenVolume.summary().ends_with('.'));
    /// ```
    pub fn summary(self) -> &'static str {
        self.text().lines().skip(1).find(|line| !line.is_empty()).unwrap_or_default()
    }

    /// The whole explanation as Markdown for a reader: each program says whether it is reported or fixed, and the
    /// marks that the tests of the programs read are gone.
    ///
    /// ```
    /// use initflow::diagnostic::Code;
    ///
    /// assert!(Code::UnwrittenVolume.text().contains("```initflow fails\n"));
    /// let markdown = Code::UnwrittenVolume.markdown();
    /// assert!(markdown.contains("**Reported:**\n\n```initflow\n"));
    /// assert!(markdown.contains("**Fixed:**\n\n```initflow\n"));
    /// ```
    pub fn markdown(self) -> String {
        markdown(self.text())
    }

    /// The address of its explanation on the project's site, which the manifest of the crate names as its `homepage`.
    /// None as long as it names none.
    ///
    /// ```
    /// use initflow::diagnostic::Code;
    ///
    /// assert!(Code::UnwrittenVolume.page().is_none_or(|page| page.ends_with("/diagnostics/unwritten-volume.html")));
    /// ```
    pub fn page(self) -> Option<String> {
        page(env!("CARGO_PKG_HOMEPAGE"), self)
    }

    /// The language of its programs.
    ///
    /// ```
    /// use initflow::diagnostic::{Code, catalog::Language};
    ///
    /// assert_eq!(Code::UnwrittenVolume.language(), Language::Initflow);
    /// ```
    pub fn language(self) -> Language {
        let is_in = |language: &Language| self.text().contains(&format!("\n```{} fails\n", language.name()));
        Language::ALL.into_iter().find(is_in).unwrap_or(Language::Initflow)
    }

    /// The source that its manifests are held to, if it is about what was rendered.
    ///
    /// ```
    /// use initflow::diagnostic::Code;
    ///
    /// assert!(Code::BrokenOrder.source().is_some());
    /// assert!(Code::UnwrittenVolume.source().is_none());
    /// ```
    pub fn source(self) -> Option<&'static str> {
        let is_rendered = self.language() == Language::Yaml;
        fence(self.text(), "```initflow\n").filter(|_| is_rendered)
    }

    /// The program that raises this diagnostic and no other.
    ///
    /// ```
    /// use initflow::compile::{CompileOptions, NoFiles, compile};
    /// use initflow::diagnostic::Code;
    ///
    /// let program = Code::UnwrittenVolume.failing().unwrap_or_default();
    /// let compilation = compile("bad.initflow", program.into(), &NoFiles, &CompileOptions::default());
    /// assert_eq!(compilation.diagnostics[0].code, Code::UnwrittenVolume);
    /// ```
    pub fn failing(self) -> Option<&'static str> {
        fence(self.text(), &format!("```{} fails\n", self.language().name()))
    }

    /// The same program, fixed.
    ///
    /// ```
    /// use initflow::compile::{CompileOptions, NoFiles, compile};
    /// use initflow::diagnostic::Code;
    ///
    /// let program = Code::UnwrittenVolume.fixed().unwrap_or_default();
    /// let compilation = compile("good.initflow", program.into(), &NoFiles, &CompileOptions::default());
    /// assert!(compilation.diagnostics.is_empty());
    /// ```
    pub fn fixed(self) -> Option<&'static str> {
        fence(self.text(), &format!("```{}\n", self.language().name()))
    }
}

/// The language of a program in the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Sources.
    Initflow,
    /// Files of settings.
    Toml,
    /// Manifests to import.
    Yaml,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Initflow, Self::Toml, Self::Yaml];

    /// The info word of a fence in Markdown.
    ///
    /// ```
    /// use initflow::diagnostic::catalog::Language;
    ///
    /// assert_eq!(Language::Initflow.name(), "initflow");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Initflow => "initflow",
            Self::Toml => "toml",
            Self::Yaml => "yaml",
        }
    }
}

/// The text between an opening line and the next closing one.
fn fence(text: &'static str, opening: &str) -> Option<&'static str> {
    let (_, rest) = text.split_once(opening)?;
    let end = if rest.starts_with("```") { 0 } else { rest.find("\n```")? + 1 };
    rest.get(..end)
}

/// Where a site has the page.
fn page(site: &str, code: Code) -> Option<String> {
    (!site.is_empty()).then(|| format!("{}/diagnostics/{code}.html", site.trim_end_matches('/')))
}

/// An explanation without the marks of its programs. A program after a paragraph that announces it, such as "The
/// source:", needs no other title.
fn markdown(text: &str) -> String {
    let mut clean = String::with_capacity(text.len() + 64);
    let mut is_inside = false;
    let mut is_announced = false;
    let mut has_failed = false;
    for (at, line) in text.lines().enumerate() {
        let info = line.strip_prefix("```");
        let (language, mark) = info.map_or(("", ""), |info| info.split_once(' ').unwrap_or((info, "")));
        if info.is_some() && !is_inside {
            has_failed |= mark == "fails";
            match (is_announced, mark, has_failed) {
                (false, "fails", _) => clean.push_str("**Reported:**\n\n"),
                (false, _, true) => clean.push_str("**Fixed:**\n\n"),
                _ => {}
            }
            clean.extend(["```", language]);
        } else {
            clean.push_str(line);
        }
        clean.push('\n');
        if at == 0 {
            // A heading is followed by a blank line.
            clean.push('\n');
        }
        is_inside ^= info.is_some();
        if !line.is_empty() {
            is_announced = !is_inside && line.ends_with(':');
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_sees_no_marks_of_tests() {
        for code in Code::ALL {
            let text = code.markdown();
            let fences: Vec<&str> = text.lines().filter(|line| line.starts_with("```")).collect();
            assert!(
                fences.len() >= 4 && fences.iter().all(|fence| !fence.contains(' ')),
                "{code}: {fences:?}"
            );
            assert!(text.contains("**Fixed:**"), "{code}");
            let is_announced = text.contains(":\n\n```") && code.source().is_some();
            assert!(text.contains("**Reported:**") || is_announced, "{code}");
        }
        let rendered = Code::BrokenOrder.markdown();
        assert!(rendered.contains("\nThe source:\n\n```initflow\n"), "{rendered}");
        assert!(rendered.contains("\nWhat was rendered:\n\n```yaml\n"), "{rendered}");
        assert!(rendered.contains("\n**Fixed:**\n\n```yaml\n"), "{rendered}");
    }

    #[test]
    fn a_page_is_on_the_site_if_there_is_one() {
        let expected = Some("https://acme.dev/initflow/diagnostics/wait-cycle.html");
        for site in ["https://acme.dev/initflow", "https://acme.dev/initflow/"] {
            assert_eq!(page(site, Code::WaitCycle).as_deref(), expected);
        }
        assert_eq!(page("", Code::WaitCycle), None);
    }

    #[test]
    fn a_fence_ends_where_it_is_closed() {
        let text = "# bad-thing\n\n```initflow fails\na\nb\n```\n\n```initflow\n```\n";
        assert_eq!(fence(text, "```initflow fails\n"), Some("a\nb\n"));
        assert_eq!(fence(text, "```initflow\n"), Some(""));
    }
}
