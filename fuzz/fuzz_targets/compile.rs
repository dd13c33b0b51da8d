//! Checks that any text compiles or is refused without a panic, and that what compiles is lowered, planned and written.
#![no_main]

use initflow::compile::{NoFiles, CompileOptions, compile};
use initflow::diagnostic::human::Human;
use initflow::emit::{self, YamlDocument};
use initflow::kubernetes::version::Version;
use initflow::plan::Plan;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &str)| {
    let (version, text) = input;
    let version = Version::ALL[usize::from(version) % Version::ALL.len()];
    let options = CompileOptions { version, ..CompileOptions::default() };
    let compilation = compile("fuzz.initflow", text.to_owned(), &NoFiles, &options);
    let shown = Human::default().render(&compilation.sources, &compilation.diagnostics);
    assert_eq!(shown.is_empty(), compilation.diagnostics.is_empty());
    for compiled in &compilation.workloads {
        let object = compiled.object();
        let header = Plan::of(&compiled.workload, &compiled.order, version).header("fuzz");
        let yaml = emit::yaml(&[YamlDocument { header: Some(header), object: &object }]);
        assert!(yaml.contains("apiVersion:"));
        emit::json(&[&object]);
    }
});
