//! Rewrites a program without changing its meaning: with `let`, `param`, `when`, `defaults`, templates, parts, and a used
//! file.

use super::Generator;
use crate::source::{Program, Statement, block, line};
use initflow::vocabulary::CONTAINERS;

impl Generator {
    /// Rewrites parts of a program.
    pub(super) fn reuse(&mut self, program: &mut Program) {
        let Some(workload) = program.statements.pop() else { return };
        let mut workload = workload;
        let mut declared = Vec::new();
        if format!("{workload:?}").contains("std.") {
            declared.push(line("use", ["\"std\""]));
        }
        if self.chance(30) {
            declared.extend(self.name_values(&mut workload));
        }
        if self.chance(20) {
            declared.extend(self.branch(&mut workload));
        }
        if self.chance(15) {
            self.share(&mut workload, &mut declared);
        }
        if self.chance(20) {
            self.template_of_container(&mut workload, &mut declared, program);
        }
        if self.chance(10) {
            declared.push(template_part());
            place_part(&mut workload, "cache()");
        }
        if self.chance(8) {
            template_of_workload(&mut workload, &mut declared);
        }
        program.statements.extend(declared);
        program.statements.push(workload);
        if self.chance(3) {
            program.statements.push(
                line("pod", ["other"]).with(vec![line("app", ["a"]).with(vec![line("image", ["\"b:1\""])])]),
            );
        }
    }

    /// Gives names to some values, by `let` and by `param`.
    fn name_values(&mut self, workload: &mut Statement) -> Vec<Statement> {
        let mut declared = Vec::new();
        for _ in 0..self.rng.usize(1..4) {
            let count = leaves(workload);
            if count == 0 {
                break;
            }
            let mut number = self.rng.usize(..count);
            let name = self.fresh("value_");
            let Some(value) = leaf(workload, &mut number) else { break };
            let Some(ty) = type_of(value) else { continue };
            let written = std::mem::replace(value, name.clone());
            declared.push(if self.rng.bool() {
                line("let", [name, "=".into(), written])
            } else {
                line("param", [format!("{name}:"), ty.into(), "=".into(), written])
            });
        }
        declared
    }

    /// Puts a statement into a branch that is taken, with another that is not.
    fn branch(&mut self, workload: &mut Statement) -> Vec<Statement> {
        let Some(body) = workload.block.as_mut().filter(|body| !body.is_empty()) else { return Vec::new() };
        let at = self.rng.usize(..body.len());
        // Also inside of a container.
        let place = match &mut body[at] {
            Statement { name, block: Some(inner), .. }
                if CONTAINERS.contains(&name.as_str()) && !inner.is_empty() && at.is_multiple_of(2) =>
            {
                inner
            }
            _ => body,
        };
        let at = self.rng.usize(..place.len());
        let statement = place.remove(at);
        let (param, condition, taken) = match self.rng.usize(..4) {
            0 => (line("param", ["flag:", "bool", "=", "true"]), "flag", true),
            1 => (line("param", ["stage:", "\"dev\" | \"prod\"", "=", "\"dev\""]), "stage == prod", false),
            2 => (line("let", ["size", "=", "1Gi"]), "size == 1024Mi && !(size != 1Gi)", true),
            _ => (line("param", ["number:", "int", "=", "3"]), "number == 3 || number == 4", true),
        };
        let other = vec![statement.clone()];
        let (then, otherwise) = if taken { (vec![statement], other) } else { (other, vec![statement]) };
        let mut when = line("when", [condition]);
        when.block = Some(then);
        place.insert(at, when);
        let mut otherwise = block("else", otherwise);
        if self.chance(30) {
            otherwise.values = vec!["when".into(), "true".into()];
            if taken {
                place.insert(at + 1, otherwise);
            } else {
                place.insert(at + 1, otherwise.clone());
            }
        } else {
            place.insert(at + 1, otherwise);
        }
        vec![param]
    }

    /// Moves a container's statement into `defaults` of the file or of the workload.
    fn share(&mut self, workload: &mut Statement, declared: &mut Vec<Statement>) {
        let Some(body) = workload.block.as_mut() else { return };
        let containers: Vec<usize> =
            (0..body.len()).filter(|at| CONTAINERS.contains(&body[*at].name.as_str())).collect();
        if containers.is_empty() {
            return;
        }
        let at = self.pick(&containers);
        let keyword = body[at].name.clone();
        let Some(inner) = body[at].block.as_mut().filter(|inner| !inner.is_empty()) else { return };
        let shareable = [
            "image",
            "imagePullPolicy",
            "cpu",
            "memory",
            "storage",
            "env",
            "securityContext",
            "tty",
            "stdin",
            "workingDir",
        ];
        let Some(from) = inner.iter().position(|statement| shareable.contains(&statement.name.as_str()))
        else {
            return;
        };
        let statement = inner.remove(from);
        let mut defaults = block("defaults", vec![statement]);
        if self.chance(70) {
            defaults.values.push(keyword);
        }
        if self.rng.bool() { body.insert(0, defaults) } else { declared.push(defaults) }
    }

    /// Makes a container a template, here or in the used file.
    fn template_of_container(
        &mut self,
        workload: &mut Statement,
        declared: &mut Vec<Statement>,
        program: &mut Program,
    ) {
        let Some(body) = workload.block.as_mut() else { return };
        let containers: Vec<usize> = (0..body.len())
            .filter(|at| {
                CONTAINERS.contains(&body[*at].name.as_str())
                    && body[*at].values.len() == 1
                    && body[*at].block.is_some()
            })
            .collect();
        if containers.is_empty() {
            return;
        }
        let at = self.pick(&containers);
        let template = self.fresh("template_");
        let container = &mut body[at];
        let mut inner = container.block.clone().unwrap_or_default();
        let mut parameters = Vec::new();
        let mut arguments = Vec::new();
        for statement in &mut inner {
            let (name, ty, slot) = match statement.name.as_str() {
                "image" => ("image_", "image", 0),
                "port" if statement.values.len() == 1 => ("port_", "port", 0),
                "reads" | "mounts" | "writes" | "updates" => ("volume_", "volume", 0),
                "after" => ("first_", "container", 0),
                "cpu" if !statement.values[0].contains("..") => ("cpu_", "cpu", 0),
                "memory" if !statement.values[0].contains("..") => ("memory_", "memory", 0),
                _ => continue,
            };
            let is_plain = statement.values.get(slot).is_some_and(|value| !value.starts_with("value_"));
            if !is_plain || parameters.iter().any(|known: &String| known.starts_with(name)) {
                continue;
            }
            let value = std::mem::replace(&mut statement.values[slot], name.to_owned());
            let default =
                if ["volume", "container"].contains(&ty) { String::new() } else { format!(" = {value}") };
            parameters.push(format!("{name}: {ty}{default}"));
            arguments.push(if self.rng.bool() || !default.is_empty() {
                format!("{name}: {value}")
            } else {
                value
            });
        }
        // Arguments by position come before those by name.
        arguments.sort_by_key(|argument| argument.contains(": "));
        if arguments.iter().any(|argument| !argument.contains(": ")) && parameters.len() > 1 {
            return;
        }
        let keep = self.rng.usize(..=inner.len());
        let own = if self.chance(30) { inner.split_off(keep) } else { Vec::new() };
        let in_library = self.chance(40);
        let prefix = if in_library { "lib." } else { "" };
        container.values.extend(["from".into(), format!("{prefix}{template}({})", arguments.join(", "))]);
        container.block = (!own.is_empty()).then_some(own);
        let mut definition =
            line("template", [container.name.clone(), format!("{template}({})", parameters.join(", "))]);
        definition.block = Some(inner);
        if in_library {
            program.library.push(definition);
            let alias: &[&str] =
                if self.rng.bool() { &["\"lib.initflow\""] } else { &["\"lib.initflow\"", "as", "lib"] };
            declared.push(line("use", alias.iter().copied()));
        } else {
            declared.push(definition);
        }
    }
}

/// A part with its own volume.
fn template_part() -> Statement {
    let volume = line("volume", ["files", "memory", "size"]);
    let fill = line("step", ["fill"]).with(vec![
        line("image", ["\"busybox:1.37\""]),
        line("run", ["\"touch /files/a\""]),
        line("writes", ["files", "at", "/files"]),
    ]);
    let serve = line("sidecar", ["serve"]).with(vec![
        line("image", ["\"redis:7.4\""]),
        line("reads", ["files", "at", "/files"]),
        line("started", ["tcp", "6379"]),
    ]);
    line("template", ["part", "cache(size: memory = 64Mi)"]).with(vec![volume, fill, serve])
}

fn place_part(workload: &mut Statement, call: &str) {
    let Some(body) = workload.block.as_mut() else { return };
    body.insert(0, line("part", ["cache", "from", call]));
    if let Some(container) =
        body.iter_mut().find(|statement| ["step", "app"].contains(&statement.name.as_str()))
    {
        let is_app = container.name == "app";
        let inner = container.block.get_or_insert_default();
        if is_app {
            inner.push(line("mounts", ["cache.files", "at", "/cache"]));
        } else if !inner.iter().any(|statement| statement.name == "after") {
            inner.push(line("after", ["cache"]));
        }
    }
}

/// Makes the first half of a workload a template.
fn template_of_workload(workload: &mut Statement, declared: &mut Vec<Statement>) {
    let Some(body) = workload.block.as_mut().filter(|body| body.len() > 1) else { return };
    let rest = body.split_off(body.len() / 2);
    let first = std::mem::replace(body, rest);
    let mut definition = line("template", [workload.name.clone(), "base()".into()]);
    definition.block = Some(first);
    declared.push(definition);
    workload.values.extend(["from".into(), "base()".into()]);
}

/// How many values a statement and its block have.
pub(super) fn leaves(statement: &Statement) -> usize {
    let mut count = 0;
    statement.visit(&mut |statement| count += statement.values.len());
    count
}

/// The value with a number, which counts down.
pub(super) fn leaf<'s>(statement: &'s mut Statement, number: &mut usize) -> Option<&'s mut String> {
    if *number < statement.values.len() {
        return statement.values.get_mut(*number);
    }
    *number -= statement.values.len();
    statement.block.iter_mut().flatten().find_map(|inner| leaf(inner, number))
}

/// The type of a param for a value.
fn type_of(value: &str) -> Option<&'static str> {
    let first = value.chars().next()?;
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
    match first {
        '"' if value.starts_with("\"https://") => Some("url"),
        '"' => Some("string"),
        '/' => Some("path"),
        _ if value == "true" || value == "false" => Some("bool"),
        '0' if value.len() > 1 => None,
        _ if is_number => Some("int"),
        '0'..='9' if value.ends_with("Mi") || value.ends_with("Gi") => Some("memory"),
        '0'..='9' if value.ends_with('s') && !value.contains('.') => Some("duration"),
        _ => None,
    }
}
