//! `defaults { … }`: what containers start from, taken in and put below what they say themselves.
//!
//! Invariant: what stands farther out has a lower layer, and that for one KIND a higher one than that for all.

use super::Role;
use super::draft::Draft;
use super::resolve::{Defaults, Resolver};
use super::scope::{Binding, Scope};
use super::workload::Making;
use crate::syntax::tree::Block;
use smol_str::SmolStr;
use std::rc::Rc;

const OF_FILE: u8 = 1;

/// The layer of the defaults of a workload's template.
pub(super) const OF_TEMPLATE: u8 = 3;

/// The layer of the defaults of a workload.
pub(super) const OF_WORKLOAD: u8 = 5;

/// The layer of the defaults of a part's template.
pub(super) const OF_PART: u8 = 7;

/// The layer of the defaults where a part is placed.
pub(super) const OF_PLACED_PART: u8 = 9;

/// `defaults` of a workload, of its template or of a part, with what their words mean.
pub(super) struct InnerDefaults<'a> {
    defaults: Defaults<'a>,
    locals: Rc<[Binding]>,
    /// The part for whose containers alone they are, if they stand in one.
    part: Option<SmolStr>,
    layer: u8,
}

impl<'a> Resolver<'a> {
    /// Takes in the `defaults` of a workload's block, or of a part's.
    pub(super) fn collect_defaults(
        &mut self,
        block: &'a Block,
        scope: &Scope,
        layer: u8,
        making: &mut Making<'a>,
    ) {
        let locals: Rc<[Binding]> = scope.locals.into();
        self.each(&block.statements, scope, |resolver, statement, live| {
            if statement.name.text == "defaults"
                && !statement.name.quoted
                && let Some(defaults) = resolver.defaults(statement, scope.file)
                && live
            {
                let (locals, part) = (Rc::clone(&locals), scope.part.map(SmolStr::new));
                making.defaults.push(InnerDefaults { defaults, locals, part, layer });
            }
        });
    }

    /// Puts into a new container, which stands in `part` or in none, all that it starts from.
    pub(super) fn apply_defaults(&mut self, draft: &mut Draft, making: &Making<'a>, part: Option<&str>) {
        let of_file = self.names.last().map(|names| names.defaults.clone()).unwrap_or_default();
        let of_file = of_file.iter().map(|defaults| (OF_FILE, defaults, None));
        let of_workload = making
            .defaults
            .iter()
            .filter(|inner| inner.part.is_none() || inner.part.as_deref() == part)
            .map(|inner| (inner.layer, &inner.defaults, Some(inner)));
        let mut layered: Vec<(u8, &Defaults<'a>, Option<&InnerDefaults<'a>>)> = of_file
            .chain(of_workload)
            .filter(|(_, defaults, _)| {
                let is_kind =
                    |kind: &SmolStr| kind == draft.keyword || (kind == "step" && draft.role == Role::Step);
                defaults.kind.is_none_or(is_kind)
            })
            .map(|(layer, defaults, inner)| (layer + u8::from(defaults.kind.is_some()), defaults, inner))
            .collect();
        layered.sort_by_key(|(layer, ..)| *layer);
        for (layer, defaults, inner) in layered {
            let (locals, part) =
                inner.map_or((&[][..], None), |inner| (&inner.locals[..], inner.part.as_deref()));
            let scope = Scope { file: defaults.file, locals, part, layer };
            self.statements_into(draft, defaults.statements, &scope);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::compile::{NoFiles, Options, compile};
    use crate::emit::{Document, yaml};

    /// What a program compiles to, or the names of what is wrong with it.
    fn compiled(program: &str) -> String {
        let compilation = compile("main.initflow", program.to_owned(), &NoFiles, &Options::default());
        let names: Vec<&str> = compilation.diagnostics.iter().map(|diagnostic| diagnostic.name).collect();
        let objects: Vec<_> =
            compilation.workloads.iter().filter_map(|compiled| compiled.object().ok()).collect();
        let documents: Vec<Document> =
            objects.iter().map(|object| Document { header: None, object }).collect();
        yaml(&documents).unwrap_or_default() + &names.join(" ")
    }

    #[test]
    fn nearer_defaults_win_and_templates_hand_on_their_arguments() {
        let made = compiled(
            "defaults { image \"far:1\"; workingDir /far }\n\
             template pod base(image: image) { defaults { image image; tty true }\n defaults app { stdin true } }\n\
             pod x from base(\"mid:1\") { defaults { stdin false; terminationMessagePath /near }\n app a { } }\n\
             pod y from base(\"mid:1\") { defaults { image \"near:1\" }\n app a { } }\n",
        );
        let (first, second) = made.split_once("---\n").unwrap_or_default();
        assert!(first.contains("image: mid:1") && first.contains("workingDir: /far"), "{made}");
        assert!(first.contains("stdin: false") && first.contains("tty: true"), "{made}");
        assert!(second.contains("image: near:1") && second.contains("stdin: true"), "{made}");
    }

    #[test]
    fn defaults_of_a_part_stay_in_it() {
        let program = "template part tools(size: memory) { defaults { image \"in:1\"; memory size }\n\
             sidecar s { started tcp 80 } }\n\
             pod x { part t from tools(1Gi) { defaults { memory 2Gi } }\n app a { run \"x\" } }\n";
        assert_eq!(compiled(program), "missing-image");
        let made = compiled(&program.replace("run \"x\"", "image \"own:1\""));
        assert!(
            made.contains("image: in:1") && made.contains("memory: 2Gi") && made.contains("own:1"),
            "{made}"
        );
    }
}
