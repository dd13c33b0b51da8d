//! Finds the place in the source of each workload and container of a picture, named so that it does not depend on a machine.

use super::super::Plan;
use crate::source::{Sources, Span};
use std::path::{Component, Path};

/// What a part of a picture represents, and its place in the source.
#[derive(Debug)]
pub(in super::super) struct Entry {
    /// The workload, as its heading names it.
    pub(in super::super) workload: String,
    /// The container: its place in the order, and its name; `None` for the workload itself.
    pub(in super::super) container: Option<(usize, String)>,
    pub(in super::super) file: String,
    pub(in super::super) line: usize,
    pub(in super::super) column: usize,
}

impl Entry {
    /// The entry of a workload, then those of its containers in their order.
    pub(super) fn of(plan: &Plan, sources: &Sources) -> Vec<Self> {
        let home = &sources.get(sources.in_file(plan.span).file).name;
        let entry = |span: Span, container| {
            let span = sources.in_file(span);
            let file = sources.get(span.file);
            let (line, column) = file.line_column(span.start);
            Self { workload: plan.title(), container, file: shown(&file.name, home), line, column }
        };
        let starts = plan.order.iter().enumerate();
        let starts = starts.map(|(at, start)| entry(start.span, Some((at, start.name.to_string()))));
        std::iter::once(entry(plan.span, None)).chain(starts).collect()
    }

    /// The place, as messages write it.
    pub(super) fn place(&self) -> String {
        format!("{}:{}:{}", self.file, self.line, self.column)
    }
}

/// The name of a file; an absolute one is relative to the folder of another file.
fn shown(name: &str, home: &str) -> String {
    let path = Path::new(name);
    if !path.is_absolute() {
        return name.to_owned();
    }
    let to: Vec<Component> = path.components().collect();
    let from: Vec<Component> = Path::new(home).parent().into_iter().flat_map(Path::components).collect();
    let shared = to.iter().zip(&from).take_while(|(a, b)| a == b).count();
    let Some(rest) = to.get(shared..).filter(|rest| shared > 0 && !rest.is_empty()) else {
        return path.file_name().map_or_else(|| name.to_owned(), |last| last.to_string_lossy().into_owned());
    };
    let up = from[shared..].iter().map(|_| "..".into());
    let down = rest.iter().map(|part| part.as_os_str().to_string_lossy());
    up.chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(all(test, unix))]
mod tests {
    use super::shown;

    #[test]
    fn no_name_depends_on_the_machine() {
        let home = "/home/ada/shop/apps/web.initflow";
        for (name, expected) in [
            ("apps/web.initflow", "apps/web.initflow"),
            ("std", "std"),
            (home, "web.initflow"),
            ("/home/ada/shop/apps/parts/proxy.initflow", "parts/proxy.initflow"),
            ("/home/ada/shop/lib/proxy.initflow", "../lib/proxy.initflow"),
        ] {
            assert_eq!(shown(name, home), expected);
        }
        assert_eq!(shown(home, "web.initflow"), "web.initflow");
    }
}
