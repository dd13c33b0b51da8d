//! Applies the values that are set for params from outside.

use super::Setting;
use super::parameter::ParameterType;
use super::resolve::{File, Resolver};
use super::scope::{Constant, Evaluated, shortened};
use super::types::one_of;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{Statement, SyntaxValue, ValueKind};
use smol_str::SmolStr;

impl<'a> Resolver<'a> {
    /// The setting of a param: by its name in the program, by `alias.name` in a file that the program uses.
    pub(super) fn setting(&self, name: &str, file: usize) -> Option<&'a Setting> {
        let root = self.files.len() - 1;
        let matches = |setting: &&Setting| {
            if file == root {
                return setting.name == name;
            }
            let Some((alias, rest)) = setting.name.split_once('.') else { return false };
            rest == name && self.files[root].uses.iter().any(|(known, used)| known == alias && *used == file)
        };
        self.settings.iter().rev().find(matches)
    }

    pub(super) fn set(&mut self, setting: &Setting, ty: &ParameterType, declared: Span) -> Evaluated {
        let span = setting.span.unwrap_or(declared);
        let evaluated = Evaluated { constant: ty.constant_of(&setting.value), span };
        match Self::fits(&evaluated, ty) {
            Ok(constant) => Evaluated { constant, span: declared },
            Err(hint) => {
                let text = shortened(&setting.value);
                let diagnostic = Diagnostic::error(
                    Code::TypeMismatch,
                    span,
                    format!("{} gives `{}` the value {text}", setting.origin, setting.name),
                )
                .here(format!("expected {}", ty.phrase()));
                let diagnostic = if setting.span.is_some() {
                    diagnostic.label(declared, "declared here")
                } else {
                    diagnostic
                };
                self.report(match hint {
                    Some(hint) => diagnostic.help(hint),
                    None => diagnostic,
                });
                Evaluated { constant: Constant::Unknown, span: declared }
            }
        }
    }

    /// Whether a setting that names no param probably means this one; the setting is reported elsewhere.
    pub(super) fn is_misspelt_setting(&mut self, name: &str) -> bool {
        if self.settings.iter().all(|setting| setting.optional) {
            return false;
        }
        let root = self.files.len() - 1;
        let known = params_of(self.files[root].statements());
        self.work.names(known.len() * self.settings.len());
        let means = |setting: &Setting| {
            let names = known.iter().map(SmolStr::as_str);
            !setting.optional
                && known.iter().all(|known| *known != setting.name)
                && crate::diagnostic::nearest(&setting.name, names) == Some(name)
        };
        self.settings.iter().any(means)
    }

    /// Reports settings that name no param.
    pub(super) fn unknown_settings(&mut self, root: usize) {
        let known = settable_params(&self.files[..=root]);
        let Some(whole) = self.files[root].statements().next().map(|first| first.name.span) else {
            return;
        };
        for setting in self.settings {
            if setting.optional || known.contains(&setting.name) {
                continue;
            }
            let span = setting.span.unwrap_or(Span { end: whole.start, ..whole });
            let headline =
                format!("{} gives a value to the unknown param `{}`", setting.origin, setting.name);
            let near = crate::diagnostic::nearest(&setting.name, known.iter().map(String::as_str));
            let diagnostic = Diagnostic::error(Code::UnknownParam, span, headline);
            self.report(match near {
                Some(near) => diagnostic.help(crate::diagnostic::change_to(near)),
                None if known.is_empty() => diagnostic.help("remove it: the program has no params"),
                None => diagnostic.help(format!("use {}", one_of(known.iter().map(String::as_str)))),
            });
        }
    }
}

/// The names under which the params of a program, the last of these files, can be given values from outside.
pub(crate) fn settable_params(files: &[File]) -> Vec<String> {
    let Some(root) = files.last() else { return Vec::new() };
    let own = params_of(root.statements()).into_iter().map(String::from);
    let used = root.uses.iter().filter_map(|(alias, file)| Some((alias, files.get(*file)?)));
    let used = used.flat_map(|(alias, file)| {
        params_of(file.statements()).into_iter().map(move |name| format!("{alias}.{name}"))
    });
    own.chain(used).collect()
}

fn params_of<'s>(statements: impl Iterator<Item = &'s Statement>) -> Vec<SmolStr> {
    let mut names = Vec::new();
    for statement in statements {
        match (statement.name.text.as_str(), statement.values.first(), &statement.block) {
            ("param", Some(SyntaxValue { kind: ValueKind::Word(name), .. }), _) => names.push(name.clone()),
            ("when" | "else", _, Some(block)) => names.extend(params_in(&block.statements)),
            _ => {}
        }
    }
    names
}

fn params_in(statements: &[Statement]) -> Vec<SmolStr> {
    params_of(statements.iter())
}
