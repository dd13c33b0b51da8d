//! Reports names that are neither a statement nor a field, with what was probably meant.

use super::fields::object_of;
use super::resolve::Resolver;
use crate::diagnostic::{Applicability, Code, Diagnostic, nearest};
use crate::kubernetes::schema::{self, Field};
use crate::syntax::tree::{self, Statement};
use crate::vocabulary::{FOREIGN, RENAMED, REPLACED};

impl Resolver<'_> {
    /// Reports a name that is neither a statement nor a field of the object, and returns the name that was probably meant.
    pub(super) fn unknown_statement<'n>(
        &mut self,
        statement: &Statement,
        known: impl Iterator<Item = &'n str>,
        place: &str,
    ) -> Option<String> {
        let name = &statement.name;
        // A name that could not be read has been reported.
        if statement.broken && (name.quoted || name.text.is_empty()) {
            return None;
        }
        if let Some((_, instead)) = REPLACED.iter().find(|(replaced, _)| *replaced == name.text) {
            let headline = format!("`{}` cannot be set by its name in the API", name.text);
            let error = Diagnostic::error(Code::UseTheStatement, name.span, headline)
                .here("a field of the Kubernetes API");
            let fix = self.own_form(statement).filter(|_| !statement.broken);
            let help = fix.as_ref().map_or((*instead).to_owned(), |fix| fix.title.clone());
            self.report(Diagnostic { fix, ..error.help(help) });
            return None;
        }
        let shown = name.text.escape_debug().to_string();
        let diagnostic =
            Diagnostic::error(Code::UnknownStatement, name.span, format!("unknown statement `{shown}`"))
                .here(format!("neither a statement nor a field of `{place}`"));
        let known: Vec<&str> = known.collect();
        let folded = known.iter().find(|known| known.eq_ignore_ascii_case(&name.text));
        let inner = holders(place, &name.text);
        let diagnostic = match (folded, instead_of(&name.text, &known)) {
            (_, Some(instead)) => renamed(diagnostic.help(instead), name, &known),
            (Some(found), None) => diagnostic.change_case(name.span, found),
            (None, None) if !inner.is_empty() => {
                let inside: Vec<String> =
                    inner.iter().map(|holder| format!("`{holder} {{ {shown} … }}`")).collect();
                diagnostic.help(format!("put it in a block: {}", inside.join(", ")))
            }
            (None, None) => diagnostic.did_you_mean(name.span, &name.text, known),
        };
        let meant = diagnostic.fix.as_ref().and_then(|fix| Some(fix.edits.first()?.text.clone()));
        self.report(diagnostic);
        meant
    }
}

/// What to do instead of a statement that newcomers write, or that is nearest to a name that the language replaces.
pub(super) fn instead_of(name: &str, known: &[&str]) -> Option<&'static str> {
    // Prefer what names a statement that is allowed here.
    let is_allowed = |instead: &str| {
        let word = instead.split('`').nth(1).and_then(|statement| statement.split(' ').next());
        word.is_some_and(|statement| known.contains(&statement))
    };
    let of = |table: &[(&str, &'static str)], name: &str| {
        let rows = || table.iter().filter(|(foreign, _)| *foreign == name).map(|(_, instead)| *instead);
        rows().find(|instead| is_allowed(instead)).or_else(|| rows().next())
    };
    of(FOREIGN, name).or_else(|| {
        let replaced = REPLACED.iter().map(|(name, _)| *name);
        of(REPLACED, nearest(name, known.iter().copied().chain(replaced))?)
    })
}

/// Offers the keyword of the language that takes the place of another one, if all else can stay.
fn renamed(diagnostic: Diagnostic, name: &tree::Name, known: &[&str]) -> Diagnostic {
    let is_allowed = |keyword: &str| known.contains(&keyword.split(' ').next().unwrap_or_default());
    let found = RENAMED.iter().find(|(foreign, keyword, _)| *foreign == name.text && is_allowed(keyword));
    let Some((_, keyword, certain)) = found else { return diagnostic };
    let applicability = if *certain { Applicability::Safe } else { Applicability::Unsafe };
    diagnostic.fix(format!("use `{keyword}` instead of `{}`", name.text), name.span, *keyword, applicability)
}

/// The fields of an object that have a field of this name in them, unless there are many.
fn holders(object: &str, name: &str) -> Vec<&'static str> {
    const MANY: usize = 3;
    let object = schema::object(object).unwrap_or(&schema::POD_SPEC);
    let holds = |field: &&Field| object_of(&field.ty).is_some_and(|inner| inner.field(name).is_some());
    let fields = object.fields.iter().filter(holds).map(|field| field.name);
    let found: Vec<&str> =
        fields.filter(|field| REPLACED.iter().all(|(replaced, _)| replaced != field)).collect();
    if found.len() > MANY { Vec::new() } else { found }
}
