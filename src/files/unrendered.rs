//! Finds files that only become manifests when a tool renders them: the templates of Helm charts, kustomize's patches.

use crate::manifest::yaml::{self, YamlNode, YamlValue};
use crate::source::{FileId, SourceFile};
use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};

/// The names of the files that kustomize reads.
pub(crate) const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The longest kustomization that is read, in bytes.
const MAX_BYTES: usize = 1 << 20;

/// How to read the templates of a folder, if it is a Helm chart.
pub(super) fn chart(folder: &Path, names: &[String]) -> Option<String> {
    let has = |name: &str| names.iter().any(|known| known == name);
    let is_chart = (has("Chart.yaml") || has("Chart.yml")) && has("templates");
    let shown = folder.display();
    is_chart.then(|| {
        format!("`{shown}` is a Helm chart: read what it renders: `helm template {shown} | initflow check -`")
    })
}

/// Whether a file or folder of a chart is rendered, or is not a manifest.
pub(super) fn is_of_chart(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name == "templates" || name.starts_with("values") || name.starts_with("Chart.")
}

/// The files that the kustomization of a folder applies to other manifests, or reads as something else.
pub(super) fn patches(folder: &Path, names: &[String]) -> Vec<PathBuf> {
    let Some(name) = names.iter().find(|name| KUSTOMIZATIONS.contains(&name.as_str())) else {
        return Vec::new();
    };
    let path = folder.join(name);
    // A kustomization that is a link may lead anywhere.
    if !std::fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file()) {
        return Vec::new();
    }
    let Ok(text) =
        File::open(&path).map_err(drop).and_then(|file| crate::files::text(file, 0, MAX_BYTES).map_err(drop))
    else {
        return Vec::new();
    };
    let file = SourceFile::new(FileId(0), "", text);
    let stream = yaml::read(&file, &mut Vec::new());
    let mut named = Vec::new();
    for document in &stream.documents {
        for key in [
            "patches",
            "patchesStrategicMerge",
            "patchesJson6902",
            "replacements",
            "transformers",
            "generators",
        ] {
            for item in items(document.get(key)) {
                named.extend(item.as_text());
                named.extend(item.get("path").and_then(YamlNode::as_text));
            }
        }
        for chart in items(document.get("helmCharts")) {
            named.extend(chart.get("valuesFile").and_then(YamlNode::as_text));
        }
        for key in ["configMapGenerator", "secretGenerator"] {
            for generator in items(document.get(key)) {
                let files = items(generator.get("files")).iter().filter_map(YamlNode::as_text);
                named.extend(files.map(|file| file.rsplit('=').next().unwrap_or_default()));
            }
        }
    }
    let inline = |named: &&str| !named.is_empty() && !named.contains('\n');
    named.into_iter().filter(inline).map(|named| joined(folder, named)).collect()
}

/// Whether a tool renders a file, or applies it to others, so that it has no manifests by itself.
pub(crate) fn is_unrendered(path: &Path) -> bool {
    let has_chart =
        |folder: &Path| ["Chart.yaml", "Chart.yml"].iter().any(|name| folder.join(name).is_file());
    let of_chart = path
        .ancestors()
        .any(|part| part.file_name().is_some_and(is_of_chart) && part.parent().is_some_and(has_chart));
    let names: Vec<String> = KUSTOMIZATIONS.map(str::to_owned).into();
    of_chart
        || path.parent().is_some_and(|folder| {
            let there: Vec<String> = names.into_iter().filter(|name| folder.join(name).is_file()).collect();
            patches(folder, &there).contains(&path.to_owned())
        })
}

fn items(node: Option<&YamlNode>) -> &[YamlNode] {
    match node.map(|node| &node.value) {
        Some(YamlValue::List(items)) => items,
        _ => &[],
    }
}

/// A path below a folder, without `.`; what leads out of the folder is walked on its own.
fn joined(folder: &Path, named: &str) -> PathBuf {
    let parts = Path::new(named).components().filter(|part| !matches!(part, std::path::Component::CurDir));
    parts.fold(folder.to_owned(), |path, part| path.join(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_has_templates() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert!(chart(Path::new("shop"), &names(&["Chart.yaml", "templates"])).is_some());
        assert!(chart(Path::new("shop"), &names(&["Chart.yaml"])).is_none());
        assert!(is_of_chart(OsStr::new("values-prod.yaml")) && !is_of_chart(OsStr::new("crds")));
    }

    #[test]
    fn patches_are_below_the_folder() {
        assert_eq!(joined(Path::new("a"), "./b/c.yaml"), Path::new("a/b/c.yaml"));
    }
}
