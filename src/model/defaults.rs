//! Collects `defaults { … }` and applies them to containers, below the containers' own statements.
//!
//! Invariant: defaults farther out have a lower layer, and those for one KIND a higher one than those for all kinds.

use super::Role;
use super::draft::Draft;
use super::resolve::{Defaults, Resolver};
use super::scope::{Binding, Scope};
use super::workload::Making;
use crate::syntax::tree::Block;
use crate::vocabulary::ContainerKind;
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

/// `defaults` of a workload, of its template or of a part, with what names mean in them.
pub(super) struct InnerDefaults<'a> {
    defaults: Defaults<'a>,
    locals: Rc<[Binding]>,
    /// The part that they are in, if any: they apply to its containers only.
    part: Option<SmolStr>,
    layer: u8,
}

impl<'a> Resolver<'a> {
    /// Collects the `defaults` of the block of a workload or a part.
    pub(super) fn collect_defaults(
        &mut self,
        block: &'a Block,
        scope: &Scope,
        layer: u8,
        making: &mut Making<'a>,
    ) {
        let locals: Rc<[Binding]> = scope.locals.into();
        self.look_at_each(&block.statements, scope, |resolver, statement, live| {
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

    /// Applies to a new container all defaults for it.
    pub(super) fn apply_defaults(&mut self, draft: &mut Draft, making: &Making<'a>) {
        let part = draft.qualified.part.clone();
        let of_file = self.names.last().map(|names| names.defaults.clone()).unwrap_or_default();
        let of_file = of_file.iter().map(|defaults| (OF_FILE, defaults, None));
        let of_workload = making
            .defaults
            .iter()
            .filter(|inner| inner.part.is_none() || inner.part == part)
            .map(|inner| (inner.layer, &inner.defaults, Some(inner)));
        let mut layered: Vec<(u8, &Defaults<'a>, Option<&InnerDefaults<'a>>)> = of_file
            .chain(of_workload)
            .filter(|(_, defaults, _)| {
                let is_kind =
                    |kind| kind == draft.kind || (kind == ContainerKind::Step && draft.role == Role::Step);
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
