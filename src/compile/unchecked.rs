//! Gives the objects of a program that the compiler refuses.

use crate::kubernetes::version::Version;
use crate::lower::lower_unchecked;
use crate::model::{File, Forgetful, ObjectLevel, Program, Workload, resolve};
use crate::object::{Node, Value};
use crate::order::order;
use crate::source::Sources;
use crate::steps::Images;
use crate::syntax::parse;

/// The objects of a program as JSON, even if it has errors: to compare the errors of the compiler with those of Kubernetes.
/// Values that were not understood are left out. The program cannot use other files.
///
/// ```
/// use initflow::compile::unchecked;
/// use initflow::kubernetes::version::Version;
///
/// let objects = unchecked("pod hello { app web { } }", Version::NEWEST);
/// assert_eq!(objects[0]["spec"]["containers"][0]["name"], "web");
/// ```
pub fn unchecked(program: &str, version: Version) -> Vec<serde_json::Value> {
    let mut sources = Sources::default();
    let id = sources.add("main.initflow", program);
    let document = parse(sources.get(id)).document;
    let files = [File { documents: vec![document], uses: Vec::new() }];
    let (images, settings) = (Images::default(), Vec::new());
    let program = Program {
        sources: &sources,
        files: &files,
        version,
        images: &images,
        settings: &settings,
        require_params: true,
    };
    let object = |workload: Option<Workload>, _| {
        let workload = understood(workload?);
        let start = order(&workload, &mut Vec::new());
        let object = lower_unchecked(&workload, start.init_containers()).ok()?;
        serde_json::to_value(object).ok()
    };
    let (objects, _, _) = resolve(program, &mut Forgetful, object, |_| &[]);
    objects.into_iter().flatten().collect()
}

/// A workload without the values that were not understood.
fn understood(mut workload: Workload) -> Workload {
    let levels = [Some(&mut workload.object), workload.job.as_mut(), Some(&mut workload.pod)];
    for ObjectLevel { metadata, spec } in levels.into_iter().flatten() {
        prune(metadata);
        prune(spec);
    }
    workload.volumes.iter_mut().for_each(|volume| prune(&mut volume.fields));
    workload.containers.iter_mut().for_each(|container| prune(&mut container.fields));
    workload
}

fn prune(node: &mut Node) {
    let understood = |node: &Node| !matches!(node.value, Value::Unresolved);
    match &mut node.value {
        Value::List(items) => {
            items.retain(understood);
            items.iter_mut().for_each(prune);
        }
        Value::Map(map) => {
            map.entries.retain(|entry| understood(&entry.node));
            map.entries.iter_mut().for_each(|entry| prune(&mut entry.node));
        }
        _ => {}
    }
}
