//! Matches the values of a statement with the slots of its vocabulary entry.

use super::misplaced::InBlock;
use super::resolve::Resolver;
use super::types::one_of;
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::kubernetes::schema;
use crate::source::Span;
use crate::statement::{Body, Clause, Need, Slot, StatementSpec, ValueType};
use crate::syntax::quote;
use crate::syntax::tree::{Operator, Statement, SyntaxValue, ValueKind};
use crate::vocabulary::{is_name, passes_over};

/// The values of a statement, each with the slot that it fills.
pub(super) struct Head<'a> {
    plain: Vec<Filled<'a>>,
    clauses: Vec<Matched<'a>>,
    is_cut: bool,
}

/// A value with its name and its type.
#[derive(Clone, Copy)]
pub(super) struct Filled<'a> {
    pub(super) name: &'static str,
    pub(super) ty: ValueType,
    pub(super) value: &'a SyntaxValue,
}

/// A clause that the statement has, with its values.
pub(super) struct Matched<'a> {
    pub(super) word: &'static str,
    pub(super) need: Need,
    /// The clause's keyword.
    pub(super) span: Span,
    pub(super) values: Vec<Filled<'a>>,
}

impl<'a> Head<'a> {
    /// The plain value with a name.
    pub(super) fn plain(&self, name: &str) -> Option<Filled<'a>> {
        self.plain.iter().find(|filled| filled.name == name).copied()
    }

    /// The plain values in order.
    pub(super) fn all(&self) -> &[Filled<'a>] {
        &self.plain
    }

    /// The clauses in order.
    pub(super) fn clauses(&self) -> &[Matched<'a>] {
        &self.clauses
    }

    /// The clause of a keyword, if the statement has it.
    pub(super) fn clause(&self, word: &str) -> Option<&Matched<'a>> {
        self.clauses.iter().find(|clause| clause.word == word)
    }

    /// The first value of a clause, if the statement has it.
    pub(super) fn value(&self, word: &str) -> Option<Filled<'a>> {
        self.clause(word)?.values.first().copied()
    }

    /// Whether the head goes on with statements that belong in the block. The block lacks them, and they have been reported.
    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The one clause of those that cannot be combined.
    pub(super) fn chosen(&self) -> Option<&Matched<'a>> {
        self.clauses.iter().find(|clause| matches!(clause.need, Need::OneOf | Need::AtMostOne))
    }
}

impl Resolver<'_> {
    /// Matches a statement with its entry; `None` if it does not match, which has been reported.
    pub(super) fn head<'a>(&mut self, entry: &StatementSpec, statement: &'a Statement) -> Option<Head<'a>> {
        if statement.broken && !self.is_recording() {
            return None;
        }
        match (entry.body, &statement.block) {
            (Body::None, Some(block)) => {
                self.report(
                    Diagnostic::error(
                        Code::UnexpectedBlock,
                        block.span,
                        format!("`{}` does not accept a block", entry.name),
                    )
                    .here("not expected")
                    .help(format!("write `{}`", entry.signature())),
                );
            }
            (Body::Required, None) => {
                self.lacks_block(entry, statement);
                if !self.is_recording() {
                    return None;
                }
            }
            _ => {}
        }
        Matcher { resolver: self, entry, statement, rest: &statement.values }.run()
    }
}

impl Resolver<'_> {
    /// Reports a statement without the block that it must have.
    fn lacks_block(&mut self, entry: &StatementSpec, statement: &Statement) {
        let error = Diagnostic::error(
            Code::MissingBlock,
            statement.head(),
            format!("`{}` needs a block", entry.name),
        )
        .here("expected `{ … }` after this");
        self.report(match self.variable_without_block(entry.name, statement) {
            Some((span, text)) => {
                let title = format!("write `env {text}`");
                error.help(title.clone()).fix(title, span, text, Applicability::Safe)
            }
            None => error.help(format!("write `{}`", entry.signature())),
        });
    }

    /// The values of `env NAME=value` or `env NAME value`, as a block.
    fn variable_without_block(&self, keyword: &str, statement: &Statement) -> Option<(Span, String)> {
        let [first, rest @ ..] = statement.values.as_slice() else { return None };
        let is_assign = |value: &SyntaxValue| {
            matches!(value.kind, ValueKind::Operator(Operator::Assign | Operator::Colon))
        };
        let value = match rest {
            [sign, value] if is_assign(sign) => value,
            [value] => value,
            _ => return None,
        };
        let (ValueKind::Word(name), "env") = (&first.kind, keyword) else { return None };
        let written = self.spelling(value.span);
        let written = match &value.kind {
            ValueKind::Word(word) if !matches!(word.as_str(), "true" | "false") => quote(word),
            ValueKind::Text(_) if !written.starts_with(['"', '\'']) => quote(&written),
            ValueKind::Operator(_) => return None,
            _ => written,
        };
        Some((first.span.to(value.span), format!("{{ {name} {written} }}")))
    }
}

struct Matcher<'r, 'f, 'a> {
    resolver: &'r mut Resolver<'f>,
    entry: &'r StatementSpec,
    statement: &'a Statement,
    rest: &'a [SyntaxValue],
}

impl<'a> Matcher<'_, '_, 'a> {
    /// `None` if the statement does not match. While names are recorded, whatever matches.
    fn run(mut self) -> Option<Head<'a>> {
        let goes_on = self.resolver.is_recording();
        let plain = self.plain()?;
        let mut head = Head { plain, clauses: Vec::new(), is_cut: false };
        while let Some((first, rest)) = self.rest.split_first() {
            let Some(clause) = self.clause_of(first) else {
                if goes_on {
                    self.rest = rest;
                    continue;
                }
                head.is_cut = self.unexpected(first, &head);
                return head.is_cut.then_some(head);
            };
            if let Some(before) = head.clause(clause.word).filter(|_| !goes_on) {
                let before = before.span;
                let labels = ("here again", "first here");
                self.exclude(first.span, before, &format!("`{}` appears twice", clause.word), labels);
                return None;
            }
            if matches!(clause.need, Need::OneOf | Need::AtMostOne)
                && let Some(before) = head.chosen().filter(|_| !goes_on)
            {
                let (span, word) = (before.span, before.word);
                let headline = format!("`{}` cannot be combined with `{word}`", clause.word);
                self.exclude(first.span, span, &headline, ("the second of the two", "the first"));
                return None;
            }
            self.rest = rest;
            let values = self.values(clause, first.span)?;
            head.clauses.push(Matched { word: clause.word, need: clause.need, span: first.span, values });
        }
        (goes_on || self.complete(&head)).then_some(head)
    }

    /// The plain values; optional ones are filled only if there are more values than required.
    fn plain(&mut self) -> Option<Vec<Filled<'a>>> {
        let entry = self.entry;
        let needs = |slot: &&Slot| matches!(slot, Slot::One(..) | Slot::Many(..));
        let needed = entry.head.iter().filter(needs).count();
        let mut given = self.rest.iter().take(needed).count();
        given += self.rest[given..].iter().take_while(|value| self.clause_of(value).is_none()).count();
        if given < needed && !self.resolver.is_recording() {
            self.missing(entry.head.iter().filter(needs).nth(given));
            return None;
        }
        let mut spare = given.saturating_sub(needed);
        let mut filled = Vec::with_capacity(given);
        for slot in entry.head {
            let (name, ty, count) = match *slot {
                Slot::One(name, ty) => (name, ty, 1),
                Slot::Maybe(name, ty) => (name, ty, spare.min(1)),
                Slot::Many(name, ty) => (name, ty, 1 + spare),
                Slot::Clause(_) | Slot::Free(_) => continue,
            };
            if !matches!(slot, Slot::One(..)) {
                spare -= if matches!(slot, Slot::Many(..)) { spare } else { count };
            }
            let (values, rest) = self.rest.split_at(count.min(self.rest.len()));
            filled.extend(values.iter().map(|value| Filled { name, ty, value }));
            self.rest = rest;
        }
        Some(filled)
    }

    /// The values of a clause whose keyword has just been read.
    fn values(&mut self, clause: &'static Clause, keyword: Span) -> Option<Vec<Filled<'a>>> {
        let mut filled = Vec::with_capacity(clause.values.len());
        let needed = clause.values.iter().filter(|slot| matches!(slot, Slot::One(..))).count();
        let rest = self.rest.iter().skip(needed);
        let mut spare = rest.take_while(|value| self.may_fill(clause.values, value)).count();
        for slot in clause.values {
            let (name, ty) = match *slot {
                Slot::One(name, ty) | Slot::Maybe(name, ty) | Slot::Many(name, ty) => (name, ty),
                Slot::Clause(_) | Slot::Free(_) => continue,
            };
            if self.rest.first().is_some_and(|value| passes_over(slot, value)) {
                continue;
            }
            let must = matches!(slot, Slot::One(..));
            match self.rest.split_first() {
                Some((value, rest)) if must || (spare > 0 && self.may_fill(&[*slot], value)) => {
                    spare -= usize::from(!must);
                    filled.push(Filled { name, ty, value });
                    self.rest = rest;
                }
                _ if must && self.resolver.is_recording() => break,
                _ if must => {
                    self.resolver.report(
                        Diagnostic::error(
                            Code::MissingValue,
                            keyword,
                            format!("`{}` needs a {name}", clause.word),
                        )
                        .here(format!("expected {} after this", ty.phrase()))
                        .help(format!("write `{}`", self.entry.signature())),
                    );
                    return None;
                }
                _ => {}
            }
        }
        Some(filled)
    }

    /// Whether a value does not begin a clause, or is a name for one of some slots.
    fn may_fill(&self, slots: &[Slot], value: &SyntaxValue) -> bool {
        self.clause_of(value).is_none_or(|clause| slots.iter().any(|slot| is_name(slot, clause)))
    }

    fn clause_of(&self, value: &SyntaxValue) -> Option<&'static Clause> {
        let ValueKind::Word(word) = &value.kind else { return None };
        self.entry.head.iter().find_map(|slot| match slot {
            Slot::Clause(clause) if clause.word == word => Some(*clause),
            _ => None,
        })
    }

    fn complete(&mut self, head: &Head) -> bool {
        let clauses = || {
            self.entry.head.iter().filter_map(|slot| match slot {
                Slot::Clause(clause) => Some(*clause),
                _ => None,
            })
        };
        let absent =
            clauses().find(|clause| clause.need == Need::Required && head.clause(clause.word).is_none());
        let choice = || clauses().filter(|clause| clause.need == Need::OneOf);
        let wanted = match absent {
            Some(clause) => format!("`{}`", clause.word),
            None if choice().next().is_some() && head.chosen().is_none() => {
                choice().map(|clause| format!("`{}`", clause.word)).collect::<Vec<_>>().join(", ")
            }
            None => return true,
        };
        let one_of = if absent.is_some() { "" } else { "one of " };
        let headline = format!("`{}` needs {one_of}{wanted}", self.entry.name);
        self.resolver.report(
            Diagnostic::error(Code::MissingValue, self.statement.head(), headline)
                .here(format!("expected {one_of}{wanted} here"))
                .help(format!("write `{}`", self.entry.signature())),
        );
        false
    }

    fn missing(&mut self, slot: Option<&Slot>) {
        let (name, expected) = match slot {
            Some(Slot::One(name, ty) | Slot::Maybe(name, ty) | Slot::Many(name, ty)) => (*name, ty.phrase()),
            _ => ("value", "a value".into()),
        };
        let name = name.trim_matches(['"', '\'']);
        let article = match name {
            _ if name.ends_with('s') => "",
            _ if name.starts_with(['a', 'e', 'i', 'o', 'u']) => "an ",
            _ => "a ",
        };
        let headline = format!("`{}` needs {article}{name}", self.entry.name);
        self.resolver.report(
            Diagnostic::error(Code::MissingValue, self.statement.head(), headline)
                .here(format!("expected {expected} after this"))
                .help(format!("write `{}`", self.entry.signature())),
        );
    }

    /// Reports a value that matches no slot; `head` is what was read before it. Returns whether it and what follows are
    /// statements for the block that comes next.
    fn unexpected(&mut self, value: &SyntaxValue, head: &Head) -> bool {
        let clauses = || {
            self.entry.head.iter().filter_map(|slot| match slot {
                Slot::Clause(clause) => Some(*clause),
                _ => None,
            })
        };
        let written = self.resolver.spelling(value.span);
        let signature = format!("write `{}`", self.entry.signature());
        let required =
            clauses().find(|clause| clause.need == Need::Required && head.clause(clause.word).is_none());
        let chosen = head.chosen().is_some();
        let open: Vec<&str> = clauses()
            .filter(|clause| match clause.need {
                Need::OneOf | Need::AtMostOne => !chosen,
                Need::Optional | Need::Required => head.clause(clause.word).is_none(),
            })
            .map(|clause| clause.word)
            .collect();
        let name = self.entry.name;
        let word = matches!(value.kind, ValueKind::Word(_));
        let (code, headline, expected) = if let Some(clause) = required {
            (Code::MissingValue, format!("`{name}` needs `{}`", clause.word), format!("`{}`", clause.word))
        } else if clauses().any(|clause| clause.need == Need::OneOf) && !chosen {
            let choice = clauses().filter(|clause| clause.need == Need::OneOf);
            let choice = one_of(choice.map(|clause| clause.word));
            (Code::MissingValue, format!("`{name}` needs {choice}"), choice)
        } else if word && !open.is_empty() {
            let headline = format!("`{name}` does not accept `{written}`");
            (Code::UnexpectedValue, headline, one_of(open.iter().copied()))
        } else {
            (Code::UnexpectedValue, format!("`{name}` accepts no more values"), String::new())
        };
        let here =
            if expected.is_empty() { "not expected".to_owned() } else { format!("expected {expected}") };
        let mut diagnostic = Diagnostic::error(code, value.span, headline).here(here);
        if let Some(clause) = required.filter(|clause| clause.values.len() == 1 && !word) {
            let before = Span { end: value.span.start, ..value.span };
            let title = format!("write `{}` before `{written}`", clause.word);
            diagnostic = diagnostic.help(title.clone());
            diagnostic = diagnostic.fix(title, before, format!("{} ", clause.word), Applicability::Safe);
            self.resolver.report(diagnostic);
            return false;
        }
        if let Some(instead) = volume_source(self.entry, &written) {
            diagnostic = diagnostic.help(instead);
        } else if name == "volume" && !chosen && matches!(value.kind, ValueKind::Number(_)) {
            let title = format!("write `scratch {written}` for space that is gone with the pod");
            let before = Span { end: value.span.start, ..value.span };
            diagnostic = diagnostic.help(title.clone()).fix(title, before, "scratch ", Applicability::Unsafe);
            self.resolver.report(diagnostic);
            return false;
        } else if word {
            let moved = self.resolver.in_block(self.entry, self.statement, value);
            if let Some(InBlock { title, span, text }) = moved {
                diagnostic = diagnostic.here("belongs in the block").help(title.clone());
                self.resolver.report(diagnostic.fix(title, span, text, Applicability::Safe));
                return required.is_none() && self.statement.block.is_some();
            }
            diagnostic = diagnostic.did_you_mean(value.span, &written, open);
        }
        self.resolver.report(diagnostic.help(signature));
        false
    }

    fn exclude(&mut self, span: Span, before: Span, headline: &str, (here, first): (&str, &str)) {
        self.resolver
            .report(Diagnostic::error(Code::UnexpectedValue, span, headline).here(here).label(before, first));
    }
}

/// How to write a volume's source that a head names as the API or kubectl does.
fn volume_source(entry: &StatementSpec, word: &str) -> Option<String> {
    let short = match word {
        _ if entry.name != "volume" => return None,
        "emptyDir" => "scratch",
        "pvc" | "persistentVolumeClaim" => "claim",
        "configMap" => "configmap",
        "hostPath" => "host",
        _ => {
            let field = schema::VOLUME.field(word)?;
            return Some(format!("write it as a block: `volume NAME {{ {} {{ … }} }}`", field.name));
        }
    };
    Some(format!("write `{short}`"))
}
