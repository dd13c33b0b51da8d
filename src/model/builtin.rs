//! Collects the statements of built-in steps, and adds what they become below everything that the author wrote.

use super::draft::{COMMAND, COMPILER, Draft, StepOption};
use super::head::Filled;
use super::qualified::Named;
use super::references::MountDraft;
use super::resolve::Resolver;
use super::scope::Scope;
use super::workload::Making;
use super::{Direction, PlacedName, QualifiedName, Storage, Volume};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::expansion::{COMPLETION_INDEX, COMPLETION_INDEX_FIELD, VariableReference, references};
use crate::kubernetes::names::shortened;
use crate::kubernetes::quantity::Quantity;
use crate::object::{Map, MapEntry, Node, Value};
use crate::statement::{self, ValueType};
use crate::steps::{BuiltIn, GivenClause, GivenOption, Image, Needs, OwnVolume, Readers, StepInput, User};
use crate::syntax::tree::Statement;
use smol_str::{SmolStr, format_smolstr};

/// The longest name of a volume, in characters: that of a DNS label.
const MAX_VOLUME_NAME: usize = 63;

/// Where a step mounts a volume that it names without a mount path.
const MOUNT_ROOT: &str = "/initflow";

/// The values of statements that say where something is.
const ADDRESSES: [&str; 3] = ["\"url\"", "\"host:port\"", "\"name\""];

impl Resolver<'_> {
    /// A statement that only a built-in step has.
    pub(super) fn step_option(
        &mut self,
        draft: &mut Draft,
        entry: &'static statement::StatementSpec,
        statement: &Statement,
        scope: &Scope,
    ) {
        let Some(head) = self.head(entry, statement) else { return };
        let mut volume = None;
        for filled in head.all() {
            if let ValueType::MountedVolume(direction) = filled.ty {
                volume = self.reference(filled.value, filled.ty, scope).map(|volume| (volume, direction));
            }
        }
        let values = self.option_values(draft, head.all(), scope);
        let clauses = head
            .clauses()
            .iter()
            .map(|clause| GivenClause {
                word: clause.word,
                span: clause.span,
                values: self.option_values(draft, &clause.values, scope),
            })
            .collect();
        if self.is_recording() {
            return;
        }
        let span = statement.name.span;
        let same = |option: &StepOption| option.name == entry.name;
        if let Some(before) =
            draft.options.iter().find(|option| same(option) && option.layer == scope.layer && !entry.repeats)
        {
            let before = before.span;
            return self.duplicate(entry.name, span, before);
        }
        draft.options.retain(|option| !same(option) || option.layer >= scope.layer);
        let name = entry.name;
        draft.options.push(StepOption { name, layer: scope.layer, values, clauses, volume, span });
    }

    fn option_values(&mut self, draft: &mut Draft, filled: &[Filled], scope: &Scope) -> Vec<Node> {
        let mut values = Vec::with_capacity(filled.len());
        for Filled { ty, value, name } in filled {
            let node = match ty {
                ValueType::Secret => self.secret_name(value, scope),
                ValueType::Variable => {
                    let field = self.variable_value(draft, value, scope);
                    field.map(|(field, node)| Node::object(node.span, [(field, node)]))
                }
                _ => Some(self.typed(value, *ty, scope)),
            };
            if ADDRESSES.contains(name)
                && let Some(diagnostic) = node.as_ref().and_then(unreplaced)
            {
                self.report(diagnostic);
                values.push(Node::new(value.span, Value::Unresolved));
                continue;
            }
            values.push(node.unwrap_or_else(|| Node::new(value.span, Value::Unresolved)));
        }
        values
    }

    /// Turns the statements of a built-in step into fields of a container.
    pub(super) fn lower_step(&mut self, draft: &mut Draft, making: &Making) {
        let Some(kind) = draft.built_in.as_ref().map(BuiltIn::kind) else { return };
        draft.settle_command();
        let own = draft.fields.entry("command").map(|entry| entry.key_span);
        self.refer_to_variables(draft, making);
        let options = self.given(draft, making);
        let readers = readers(making.pod_spec.get("securityContext"), draft.fields.get("securityContext"));
        let given = StepInput {
            span: draft.span,
            version: self.version,
            command: own,
            image: draft.fields.get("image").cloned(),
            pull_policy: draft.fields.get("imagePullPolicy").cloned(),
            variables: draft.variables(),
            readers,
            options,
        };
        draft.once = given.once();
        let words = own.or_else(|| draft.fields.entry("args").map(|entry| entry.key_span));
        if !kind.takes_command()
            && let Some(words) = words
        {
            self.report(
                Diagnostic::error(
                    Code::UseTheStatement,
                    words,
                    format!("the compiler writes the command of a `{}`", kind.keyword()),
                )
                .here("not allowed here")
                .help("change it to a `step` to run a command of your own"),
            );
            return;
        }
        let mut diagnostics = Vec::new();
        let built_in = kind.read(&given, &mut diagnostics);
        let lowered = built_in.lower();
        draft.built_in = Some(built_in);
        let failed = !diagnostics.is_empty();
        for diagnostic in diagnostics {
            // A statement that could not be understood may be the missing one.
            if diagnostic.code != Code::MissingStatement || !draft.unclear {
                self.report(diagnostic);
            }
        }
        let span = draft.span;
        let Some(mut lowered) = lowered else {
            // The missing statement has been reported: do not report a missing image or command as well.
            if (failed || own.is_none()) && draft.fields.get("image").is_none() && !kind.takes_command() {
                draft.fields.set("image", span, Node::new(span, Value::Unresolved));
            }
            return;
        };
        lowered.without_defaults(given.variables.as_deref());
        draft.rights = lowered.rights;
        let image = lowered.image;
        // A step's last line says what went wrong.
        let policy = Node::text(span, "FallbackToLogsOnError");
        draft.fields.insert("terminationMessagePolicy", span, COMPILER, policy).ok();
        if lowered.replaces_image {
            draft.fields.remove("image");
        }
        if let Some(image) = lowered.image
            && draft.fields.get("image").is_none()
        {
            draft.fields.insert("image", span, COMPILER, Node::text(span, self.images.reference(image))).ok();
        }
        for (key, words) in COMMAND.into_iter().zip([lowered.command, lowered.args]) {
            if !words.is_empty() && draft.fields.get(key).is_none() {
                let words = words.into_iter().map(|word| Node::text(span, word)).collect();
                draft.fields.insert(key, span, COMPILER, Node::new(span, Value::List(words))).ok();
            }
        }
        for (name, value) in lowered.env {
            let fields = [("name", Node::text(span, name)), ("value", Node::text(span, value))];
            draft.env.push((COMPILER, Node::object(span, fields)));
        }
        for (name, mut variable) in lowered.variables {
            let entry = MapEntry {
                key: "name".into(),
                key_span: span,
                layer: COMPILER,
                node: Node::text(span, name),
            };
            variable.map_mut().entries.insert(0, entry);
            draft.env.push((COMPILER, variable));
        }
        for volume in lowered.volumes {
            add_volume(draft, volume);
        }
        request(draft, making, image.map_or_else(|| kind.needs(), Image::needs));
        draft.awaited = lowered.awaited;
        draft.unlocked = lowered.unlocked;
        draft.asks_for_its_user = lowered.asks_for_its_user;
        if let Some(user) = lowered.user {
            self.run_as(draft, user);
        }
    }

    /// Collects the `$(NAME)` in the statements, and defines the index of an Indexed Job's pod where they need it: the Job
    /// controller adds that variable after all those that could refer to it.
    fn refer_to_variables(&self, draft: &mut Draft, making: &Making) {
        let values = draft.options.iter().flat_map(|option| {
            let clauses = option.clauses.iter().flat_map(|clause| &clause.values);
            option.values.iter().chain(clauses)
        });
        let mut found = Vec::new();
        for node in values {
            let Some(text) = node.as_text().or_else(|| node.get("value")?.as_text()) else { continue };
            for reference in references(text).filter(VariableReference::is_plausible) {
                let written = format!("$({})", reference.name);
                found.push(Node::text(self.within(node.span, &written), reference.name));
            }
        }
        draft.references = found;
        let index = |text: &str| references(text).any(|reference| reference.name == COMPLETION_INDEX);
        let values = draft.env.iter().filter_map(|(_, variable)| variable.get("value")?.as_text());
        let known = draft.env.iter().any(|(_, variable)| named(variable) == Some(COMPLETION_INDEX));
        let used = draft.references.iter().any(|name| name.as_text() == Some(COMPLETION_INDEX))
            || values.into_iter().any(index);
        if used && !known && making.is_indexed() {
            let at = |fields| Node::object(draft.span, fields);
            let path = Node::text(draft.span, COMPLETION_INDEX_FIELD);
            let source = at([("fieldRef", at([("fieldPath", path)]))]);
            let name = Node::text(draft.span, COMPLETION_INDEX);
            let variable = Node::object(draft.span, [("name", name), ("valueFrom", source)]);
            draft.env.insert(0, (COMPILER, variable));
        }
    }

    /// Lets a step run as a user that one of its statements names.
    fn run_as(&mut self, draft: &mut Draft, given: User) {
        let span = given.span;
        if draft.fields.get("securityContext").is_none() {
            draft.fields.insert("securityContext", span, COMPILER, Node::map(span)).ok();
        }
        let Some(context) = draft.fields.get_mut("securityContext") else { return };
        let fields = [("runAsUser", Some(given.id)), ("runAsGroup", given.group)];
        for (field, node) in fields {
            let Some(node) = node else { continue };
            if let Some(before) = context.as_map().and_then(|context| context.entry(field)) {
                let before = before.key_span;
                self.report(
                    Diagnostic::error(
                        Code::ConflictingFields,
                        span,
                        format!("`owner` cannot be combined with `{field}`"),
                    )
                    .here("sets who the step runs as")
                    .label(before, "so does this")
                    .help("remove one of the two"),
                );
                return;
            }
            context.map_mut().set(field, span, node);
        }
    }

    /// The options with the mounts that they imply.
    fn given(&mut self, draft: &mut Draft, making: &Making) -> Vec<GivenOption> {
        let mut given = Vec::with_capacity(draft.options.len());
        for option in std::mem::take(&mut draft.options) {
            let ephemeral = option.volume.as_ref().is_some_and(|(volume, _)| making.is_ephemeral(volume));
            let mount_path = option.volume.map(|(volume, direction)| {
                let known = draft.mounts.iter_mut().find(|mount| mount.volume.name == volume.name);
                if let Some(mount) = known
                    && let Some(path) =
                        mount.fields.get("mountPath").and_then(Node::as_text).map(SmolStr::new)
                {
                    if !extend(mount, direction) {
                        self.report(mounted_read_only(&draft.name.text, &volume, mount));
                    }
                    return path;
                }
                let path = format_smolstr!("{MOUNT_ROOT}/{}", volume.name.in_pod());
                let mut fields = Map::default();
                let span = volume.span;
                fields.set("mountPath", span, Node::text(span, path.clone()));
                if direction == Direction::Reads {
                    fields.set("readOnly", span, Node::new(span, Value::Bool(true)));
                }
                let layer = option.layer;
                let made = option.values.get(1).filter(|_| direction == Direction::Writes);
                let makes = made.and_then(Node::as_text).map(SmolStr::new);
                draft.mounts.push(MountDraft {
                    layer,
                    volume,
                    direction,
                    fields,
                    span,
                    implied: true,
                    makes,
                });
                path
            });
            given.push(GivenOption {
                name: option.name,
                span: option.span,
                values: option.values,
                clauses: option.clauses,
                mount_path,
                ephemeral,
            });
        }
        given
    }
}

/// The name of a variable.
fn named(variable: &Node) -> Option<&str> {
    variable.get("name")?.as_text()
}

/// Requests what a step needs of each resource of which neither the step nor the pod says anything: a namespace with a quota
/// accepts only pods that request something in each container.
fn request(draft: &mut Draft, making: &Making, needs: Needs) {
    let pod = making.pod_spec.get("resources");
    let own = |key| draft.resources.get(key);
    let says = |node: Option<&Node>, name| {
        node.is_some_and(|node| node.as_map().is_none() || node.get(name).is_some())
    };
    let missing: Vec<_> = needs
        .amounts()
        .into_iter()
        .filter(|(name, _)| {
            let by_pod = |key| says(pod.and_then(|pod| pod.get(key)), name);
            ["requests", "limits"].into_iter().all(|key| !says(own(key), name) && !by_pod(key))
        })
        .collect();
    let span = draft.span;
    for (name, amount) in missing {
        let Ok(quantity) = Quantity::parse(amount) else { continue };
        if draft.resources.get("requests").is_none() {
            draft.resources.insert("requests", span, COMPILER, Node::map(span)).ok();
        }
        let Some(requests) = draft.resources.get_mut("requests") else { continue };
        requests.map_mut().insert(name, span, COMPILER, Node::new(span, Value::Quantity(quantity))).ok();
        draft.completed.push(name);
    }
}

/// Who certainly can read what a step writes, by the security contexts of the pod and of the step.
fn readers(pod: Option<&Node>, step: Option<&Node>) -> Readers {
    let sets = |context: Option<&Node>, field| context.is_some_and(|context| context.get(field).is_some());
    let chosen = sets(step, "runAsUser");
    Readers { share_user: sets(pod, "runAsUser") && !chosen, share_group: sets(pod, "fsGroup"), chosen }
}

/// Extends a mount to another direction; false if the step writes what the author mounted read-only.
fn extend(mount: &mut MountDraft, direction: Direction) -> bool {
    match (direction, mount.direction) {
        (Direction::Reads, Direction::Writes) | (Direction::Writes, Direction::Reads) if mount.implied => {
            mount.fields.remove("readOnly");
            mount.direction = Direction::Updates;
        }
        (Direction::Reads, _) | (_, Direction::Updates) => {}
        _ => mount.direction = direction,
    }
    let read_only = mount.fields.get("readOnly").and_then(Node::as_bool) == Some(true);
    direction == Direction::Reads || !read_only
}

/// Adds a volume that belongs to a step, and its mount.
fn add_volume(draft: &mut Draft, own: OwnVolume) {
    let span = draft.span;
    let room = MAX_VOLUME_NAME.saturating_sub(own.name.len() + 1);
    let name = format_smolstr!("{}-{}", shortened(&draft.name.text, room), own.name);
    let fields = [("name", Node::text(span, name.clone())), (own.source, own.fields)];
    let volume = Volume {
        name: PlacedName { text: name.clone(), span },
        qualified: QualifiedName::plain(name.clone()),
        storage: Storage::Filled,
        span,
        fields: Node::object(span, fields),
    };
    draft.volumes.push(volume);
    let mut fields = Map::default();
    fields.set("mountPath", span, Node::text(span, own.mount_path));
    if own.read_only {
        fields.set("readOnly", span, Node::new(span, Value::Bool(true)));
    }
    let (volume, direction) = (Named::plain(name, span), Direction::Mounts);
    draft.mounts.push(MountDraft {
        layer: COMPILER,
        volume,
        direction,
        fields,
        span,
        implied: true,
        makes: None,
    });
}

/// The error about an address with what another language would replace, which no address has.
fn unreplaced(node: &Node) -> Option<Diagnostic> {
    let text = node.as_text()?;
    let (start, end) = [("${", "}"), ("{{", "}}")].into_iter().find(|(start, _)| text.contains(start))?;
    let from = &text[text.find(start)?..];
    let written = from.find(end).map_or(from, |at| &from[..at + end.len()]);
    let name = written.trim_matches(['$', '{', '}', ' ', '.', '-']);
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let name = if is_name { name } else { "NAME" };
    let headline = format!("nothing replaces `{}` in this address", written.escape_debug());
    Some(
        Diagnostic::error(Code::InvalidUrl, node.span, headline).here("would be used as it is").help(
            format!("write `$({name})` for a variable of `env`, `#{{{name}}}` for a `let` or a `param`"),
        ),
    )
}

fn mounted_read_only(step: &str, volume: &Named, mount: &MountDraft) -> Diagnostic {
    let name = &volume.name;
    Diagnostic::error(
        Code::ReadOnlyVolume,
        volume.span,
        format!("`{step}` writes `{name}`, which it mounts read-only"),
    )
    .here("cannot be written")
    .label(mount.span, "mounted read-only here")
    .help(format!("change it to `writes {name} at /path`, or remove it: the step mounts what it writes"))
}
