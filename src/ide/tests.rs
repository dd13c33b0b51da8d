//! Tests that what is kept from one text to the next makes no difference.

use super::*;
use crate::compile::{Loader, compile};
use proptest::prelude::*;
use proptest::sample::{Index, select};

const MAIN: &str = r##"# A program with everything that reaches from one place to another.
use "shared.initflow"
use "std"
param env: "dev" | "prod" = "dev"
param tag: string = "1"
let host = "db.#{env}"
let image = "shop:#{tag}"

defaults { cpu 100m }
defaults step {
  memory 64Mi
}

template app web(port: port = 8080) {
  image image
  port http port
  ready http port /healthz
}

template part cache(size: memory) {
  volume data scratch size
  sidecar redis { image "redis:8"; started tcp 6379; writes data at /data }
}

deployment shop {
  volume static
  step assets {
    image image
    run "cp -r /assets/. /static"
    writes static at /static
  }
  wait db { tcp "#{host}" 5432 }
  part cache from cache(64Mi)
  app web from web(port: 9090) {
    reads static at /static # initflow: allow(unpinned-image) not pinned on purpose
    env { DB host; LEVEL shared.level }
  }
}

# initflow: allow(probe-in-one-shot-pod) it is fine
job seed {
  restartPolicy Never
  sidecar proxy from std.cloud_sql_proxy("a:b:c")
  app seed from shared.task("seed")
}

when env == "prod" {
  deployment shop { app web { image "nginx" } }
}
else {
  pod debug {
    app web from web() { memory 1Gi..2Gi }
  }
}

cronjob nightly {
schedule "0 3 * * *"
app dump {
image "backup"
env {
TARGET "#{missing}"
}
}
}
"##;

const SHARED: &str = r#"let level = "info"
template app task(name: string, image: image = "task:1") {
  image image
  run "task --name #{name} --level #{level}"
  memory 64Mi
}
"#;

/// What is typed; a part of it appears in the program.
const TYPED: [&str; 36] = [
    "{",
    "}",
    "\n}\n",
    "\"",
    "\"\"\"",
    "'''",
    "\n",
    "  ",
    "#",
    "/*",
    "*/",
    "(",
    ")",
    "[",
    "]",
    ",",
    "a",
    "web",
    "host",
    "image",
    "shop",
    "env",
    "let host = \"x\"\n",
    "param env: string\n",
    "template app web() { image \"a\" }\n",
    "use \"gone\"\n",
    "use \"shared.initflow\" as other\n",
    "defaults { memory 1Gi }\n",
    "app x { image \"y:1\" }\n",
    "shared.level",
    "\u{feff}",
    "é\u{200b}",
    "cpu 2\n",
    "else",
    "when env == \"dev\" {\n",
    "-",
];

/// The files as text.
struct Files<'a>(&'a str);

impl Loader for Files<'_> {
    fn load(&self, path: &str) -> Result<String, String> {
        match path {
            "shared.initflow" => Ok(self.0.to_owned()),
            _ => Err("there is no such file".to_owned()),
        }
    }
}

/// An edit: whether it is one of the program or of the other file, its place, how much it removes, and what it inserts.
fn edit() -> impl Strategy<Value = (bool, Index, usize, &'static str)> {
    let removed = prop_oneof![Just(0), Just(0), Just(1), 2..40usize];
    (prop::bool::weighted(0.8), any::<Index>(), removed, prop_oneof![Just(""), select(&TYPED[..])])
}

fn edited(text: &str, at: Index, removed: usize, inserted: &str) -> String {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let first = at.index(starts.len());
    let end = starts[starts.len().min(first + removed + 1) - 1].max(starts[first]);
    [&text[..starts[first]], inserted, &text[end..]].concat()
}

/// Edits both files, one edit after the other, and compares with a compiler that has seen nothing before.
fn compare(edits: Vec<(bool, Index, usize, &'static str)>) -> Result<(), TestCaseError> {
    let mut workspace = Workspace::default();
    workspace.set("std", Arc::new(Parsed::new("std", crate::source::std().text.as_str())));
    workspace.set("shared.initflow", Arc::new(Parsed::new("shared.initflow", SHARED)));
    workspace.set("main.initflow", Arc::new(Parsed::new("main.initflow", MAIN)));
    let options = CompileOptions { check_only: true, ..CompileOptions::default() };
    let mut kept = KeptResults::default();
    for (of_program, at, removed, inserted) in edits {
        let path = if of_program { "main.initflow" } else { "shared.initflow" };
        let before = Arc::clone(workspace.get(path).unwrap());
        workspace.set(path, Arc::new(before.changed(edited(before.text(), at, removed, inserted))));
        let main = workspace.get("main.initflow").unwrap();
        let analysis = Analysis::again(main, &workspace, &options, &mut kept);
        let files = Files(workspace.get("shared.initflow").unwrap().text());
        let fresh = compile("main.initflow", main.text().to_owned(), &files, &options);
        prop_assert_eq!(analysis.diagnostics().collect::<Vec<_>>(), fresh.diagnostics, "{}", main.text());
        let yaml: Vec<String> =
            analysis.compilation.workloads.iter().map(|workload| workload.compiled.yaml(None)).collect();
        let fresh: Vec<String> = fresh.workloads.iter().map(|compiled| compiled.yaml(None)).collect();
        prop_assert_eq!(yaml, fresh, "{}", main.text());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edits_give_what_a_fresh_compile_gives(edits in prop::collection::vec(edit(), 1..12)) {
        compare(edits)?;
    }
}
