//! Reads the cases of this folder: texts, the shape around each, and what the compiler and the API server report.

use initflow::compile::{Compilation, CompileOptions, NoFiles, compile};
use initflow::kubernetes::version::Version;
use std::fs;

/// The shapes around the text of a case, which replaces `{}`.
const SHAPES: &[(&str, &str)] = &[
    ("file", "{}"),
    ("pod", "pod shop {\n{}\napp web { image \"nginx:1.29\" }\n}"),
    (
        "app",
        "pod shop {\nvolume data claim \"shop\"\napp web { image \"nginx:1.29\"; mounts data at /data\n{}\n}\n}",
    ),
    (
        "step",
        "pod shop {\nstep setup { image \"busybox:1.37\"; run \"true\"\n{}\n}\napp web { image \"nginx:1.29\" }\n}",
    ),
    (
        "sidecar",
        "pod shop {\nsidecar proxy { image \"envoyproxy/envoy:v1.33.0\"\n{}\n}\napp web { image \"nginx:1.29\" }\n}",
    ),
    ("volume", "pod shop {\nvolume data {}\napp web { image \"nginx:1.29\"; mounts data at /data }\n}"),
    (
        "mount",
        "pod shop {\nvolume data claim \"shop\"\napp web { image \"nginx:1.29\"; mounts data at /data {} }\n}",
    ),
    ("deployment", "deployment shop {\n{}\napp web { image \"nginx:1.29\" }\n}"),
    ("daemonset", "daemonset shop {\n{}\napp web { image \"nginx:1.29\" }\n}"),
    ("statefulset", "statefulset shop {\n{}\napp web { image \"nginx:1.29\" }\n}"),
    ("job", "job shop {\nrestartPolicy Never\n{}\napp web { image \"report:1.4\" }\n}"),
    ("cronjob", "cronjob shop \"@daily\" {\nrestartPolicy Never\n{}\napp web { image \"report:1.4\" }\n}"),
    (
        "clone",
        "pod shop {\nvolume src\nclone site {\n{}\n}\napp web { image \"nginx:1.29\"; reads src at /src }\n}",
    ),
    (
        "render",
        "pod shop {\nvolume t configmap \"t\"\nvolume v\nrender r { from t \"t\"; into v \"f\"\n{}\n}\napp web { image \"nginx:1.29\"; reads v at /v }\n}",
    ),
    (
        "copy",
        "pod shop {\nvolume v\ncopy c { into v \"f\"\n{}\n}\napp web { image \"nginx:1.29\"; reads v at /v }\n}",
    ),
    (
        "own",
        "pod shop {\nvolume v claim \"v\"\nown o { volume v\n{}\n}\napp web { image \"nginx:1.29\"; mounts v at /v }\n}",
    ),
    ("restricted", "pod shop {\nsecurity restricted\n{}\napp web { image \"shop:4.2\" }\n}"),
    ("restricted-app", "pod shop {\nsecurity restricted\napp web { image \"shop:4.2\"\n{}\n}\n}"),
    (
        "restricted-app-in-user-namespace",
        "pod shop {\nsecurity restricted\nhostUsers false\napp web { image \"shop:4.2\"\n{}\n}\n}",
    ),
    (
        "restricted-step",
        "pod shop {\nsecurity restricted\nstep setup { image \"shop:4.2\"; run \"true\"\n{}\n}\napp web { image \"shop:4.2\" }\n}",
    ),
    (
        "restricted-fetch",
        "pod shop {\nsecurity restricted\nvolume data\nfetch data { from \"https://acme.dev/a\"; into data \"a\"\n{}\n}\napp web { image \"shop:4.2\"; reads data at /data }\n}",
    ),
    (
        "restricted-volume",
        "pod shop {\nsecurity restricted\nvolume data {}\napp web { image \"shop:4.2\"; mounts data at /data }\n}",
    ),
    (
        "restricted-windows",
        "pod shop {\nsecurity restricted\nos { name windows }\n{}\napp web { image \"shop:4.2\" }\n}",
    ),
    (
        "restricted-windows-app",
        "pod shop {\nsecurity restricted\nos { name windows }\napp web { image \"shop:4.2\"\n{}\n}\n}",
    ),
    (
        "restricted-deployment",
        "deployment shop {\nsecurity restricted\n{}\napp web { image \"shop:4.2\" }\n}",
    ),
    (
        "restricted-cronjob",
        "cronjob shop \"@daily\" {\nsecurity restricted\n{}\napp web { image \"shop:4.2\" }\n}",
    ),
];

/// The texts of the files, each after its name.
pub(crate) fn files() -> Vec<(String, String)> {
    let mut paths: Vec<_> = fs::read_dir("tests/rules")
        .expect("the folder of cases")
        .map(|file| file.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| fs::read_to_string(path).expect("a file of cases");
    paths.iter().map(|path| (path.display().to_string(), read(path))).collect()
}

/// One case of a file.
pub(crate) struct Case<'t> {
    pub(crate) head: &'t str,
    pub(crate) rule: &'t str,
    /// The version of Kubernetes that it is for, if it is not for all.
    pub(crate) only: Option<&'t str>,
    pub(crate) shape: &'t str,
    /// The diagnostics, or `nothing`.
    pub(crate) expected: &'t str,
    /// The fields that the API server complains about, if the case has them.
    pub(crate) fields: Vec<&'t str>,
    pub(crate) text: &'t str,
    /// Values in the object that the text cannot have, by path.
    pub(crate) patches: Vec<(&'t str, &'t str)>,
}

/// The cases of a file.
pub(crate) fn cases(file: &str) -> impl Iterator<Item = Case<'_>> {
    file.split("\n== ").skip(1).map(|case| {
        let (head, text) = case.split_once('\n').expect("a case has a text");
        let mut fields = head.split(" @ ");
        let said = fields.next().unwrap_or_default();
        let fields = fields.collect();
        let (rule, expected) = said.split_once(": ").unwrap_or_else(|| panic!("no `: ` in `{head}`"));
        let (rule, shape) = rule.rsplit_once(" in ").unwrap_or_else(|| panic!("no ` in ` in `{head}`"));
        let (rule, only) = rule.split_once('(').map_or((rule, None), |(rule, only)| (rule, Some(only)));
        let only = only.map(|version| version.trim_end_matches(')'));
        let (text, patches) = text.split_once("\n-- ").unwrap_or((text, ""));
        let patches = patches.split("\n-- ").filter_map(|patch| patch.trim().split_once(" = ")).collect();
        Case { head, rule, only, shape, expected, fields, text, patches }
    })
}

impl Case<'_> {
    /// The version that the case is for, by default the newest.
    pub(crate) fn version(&self) -> Version {
        self.only.map_or(Version::NEWEST, |version| version.parse().expect("a version"))
    }

    /// The whole program; `{9}` in the text means nine letters.
    pub(crate) fn program(&self) -> String {
        let shape = self.shape;
        let known = SHAPES.iter().find(|(name, _)| *name == shape);
        let (_, around) = known.unwrap_or_else(|| panic!("no shape `{shape}`"));
        let mut text = String::new();
        for piece in self.text.trim_end().split_inclusive('}') {
            let count = piece.strip_suffix('}').and_then(|piece| piece.rsplit_once('{'));
            match count.and_then(|(before, count)| Some((before, count.parse().ok()?))) {
                Some((before, count)) => text.extend([before, &"x".repeat(count)]),
                None => text.push_str(piece),
            }
        }
        around.replace("{}", &text)
    }
}

/// Compiles a program.
pub(crate) fn compiled(program: String, version: Version) -> Compilation {
    compile("case", program, &NoFiles, &CompileOptions { version, ..CompileOptions::default() })
}

/// The names of the diagnostics, sorted, or `nothing`.
pub(crate) fn raised(compilation: &Compilation) -> String {
    let mut raised: Vec<&str> =
        compilation.diagnostics.iter().map(|diagnostic| diagnostic.code.name()).collect();
    raised.sort_unstable();
    if raised.is_empty() { "nothing".to_owned() } else { raised.join(" ") }
}
