//! Resolves `takes` and `stops`: times that only the author knows, and that no object of Kubernetes has.

use super::draft::Draft;
use super::head::Head;
use super::resolve::Resolver;
use super::scope::Scope;
use super::{Role, TimeSpan};
use crate::diagnostic::{Code, Diagnostic};
use crate::object::Node;
use crate::statement::ValueType;
use crate::syntax::tree::{Statement, SyntaxValue, ValueKind};
use crate::vocabulary::StatedTime;

impl Resolver<'_> {
    /// `takes LEAST..MOST` and the like.
    pub(super) fn stated_time(
        &mut self,
        draft: &mut Draft,
        time: StatedTime,
        head: &Head,
        statement: &Statement,
        scope: &Scope,
    ) {
        let Some(filled) = head.all().last() else { return };
        let name = &statement.name;
        if time == StatedTime::Stop && draft.role == Role::Step && scope.layer >= draft.layer {
            let headline = format!("`{}` is not allowed in a step", name.text);
            let error = Diagnostic::error(Code::MisplacedStatement, name.span, headline);
            return self.report(error.here("a step ends by itself; it belongs in an app or a sidecar"));
        }
        let at = |resolver: &mut Self, value: &SyntaxValue| resolver.typed(value, ValueType::Seconds, scope);
        let (least, most) = match &filled.value.kind {
            ValueKind::Range(least, most) => {
                let least = least.as_ref().map(|value| at(self, value));
                (least, at(self, most))
            }
            _ => {
                let node = at(self, filled.value);
                (Some(node.clone()), node)
            }
        };
        let known = match time {
            StatedTime::Start => &mut draft.takes,
            StatedTime::Stop => &mut draft.stops,
        };
        let before = known.as_ref().map(|(layer, before)| (*layer, before.span));
        if let Some((layer, before)) = before {
            if layer == scope.layer {
                return self.duplicate(&name.text, name.span, before);
            }
            if layer > scope.layer {
                return;
            }
        }
        let seconds = |node: &Node| u64::try_from(node.as_int()?).ok();
        let (Some(least), Some(longest)) = (least.as_ref().map_or(Some(0), seconds), seconds(&most)) else {
            *known = None;
            return;
        };
        *known = Some((scope.layer, TimeSpan { least, most: longest, span: name.span }));
        if least > longest {
            let error = Diagnostic::error(
                Code::OutOfRange,
                filled.value.span,
                format!("the least time of `{}` is longer than the most", name.text),
            );
            self.report(error.here("expected the shorter time before `..`"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::compile::{CompileOptions, NoFiles, compile};
    use crate::diagnostic::Code;

    /// The least and the most seconds of a time.
    type Bounds = Option<(u64, u64)>;

    /// The times of the last container, and what is reported.
    fn stated(before: &str, statements: &str) -> (Bounds, Bounds, Vec<Code>) {
        let source = format!("{before}\npod p {{ app b {{ image \"b:1\"; {statements} }} }}");
        let compilation = compile("p.initflow", source, &NoFiles, &CompileOptions::default());
        let codes = compilation.diagnostics.iter().map(|found| found.code).collect();
        let times = compilation.workloads.first().and_then(|compiled| {
            let container = compiled.workload.containers.last()?;
            let bounds = |span: super::TimeSpan| (span.least, span.most);
            Some((container.takes.map(bounds), container.stops.map(bounds)))
        });
        let (takes, stops) = times.unwrap_or_default();
        (takes, stops, codes)
    }

    #[test]
    fn times_are_read_as_ranges() {
        let none = Vec::new();
        assert_eq!(stated("", "takes 20s..2m; stops 5s"), (Some((20, 120)), Some((5, 5)), none.clone()));
        assert_eq!(stated("", "takes ..1h30m"), (Some((0, 5400)), None, none.clone()));
        assert_eq!(stated("let t = 10s\nlet u = 1m", "takes t..u"), (Some((10, 60)), None, none));
    }

    #[test]
    fn the_nearer_layer_wins() {
        let defaults = "defaults { takes 5s; stops 1s }";
        assert_eq!(stated(defaults, "takes 7s"), (Some((7, 7)), Some((1, 1)), Vec::new()));
        assert_eq!(stated(defaults, ""), (Some((5, 5)), Some((1, 1)), Vec::new()));
    }

    #[test]
    fn a_time_that_makes_no_sense_is_reported() {
        let codes = |statements: &str| stated("", statements).2;
        assert_eq!(codes("takes 2m..20s"), [Code::OutOfRange]);
        assert_eq!(codes("takes 1s; takes 2s"), [Code::DuplicateStatement]);
        assert_eq!(codes("takes 5"), [Code::TypeMismatch]);
        assert_eq!(codes("takes \"5s\"..6s"), [Code::TypeMismatch]);
        let source = "pod p { step s { image \"s:1\"; run \"s\"; stops 5s }\n app b { image \"b:1\" } }";
        let compilation = compile("p.initflow", source.to_owned(), &NoFiles, &CompileOptions::default());
        let found = compilation.diagnostics.iter().map(|found| found.code).collect::<Vec<_>>();
        assert_eq!(found, [Code::MisplacedStatement]);
        // What all containers start from does not apply to a step.
        let source =
            "defaults { stops 5s }\npod p { step s { image \"s:1\"; run \"s\" }\n app b { image \"b:1\" } }";
        let compilation = compile("p.initflow", source.to_owned(), &NoFiles, &CompileOptions::default());
        assert!(compilation.diagnostics.is_empty(), "{:?}", compilation.diagnostics);
    }
}
