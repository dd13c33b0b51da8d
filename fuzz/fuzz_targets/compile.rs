//! Checks that any text compiles or is refused without a panic, and that what compiles is lowered, planned and written.
#![no_main]

use initflow::compile::{NoFiles, CompileOptions, compile};
use initflow::diagnostic::human::Human;
use initflow::kubernetes::version::Version;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &str)| {
    let (version, text) = input;
    let version = Version::ALL[usize::from(version) % Version::ALL.len()];
    let options = CompileOptions { version, ..CompileOptions::default() };
    let compilation = compile("fuzz.initflow", text.to_owned(), &NoFiles, &options);
    let shown = Human::default().render(&compilation.sources, &compilation.diagnostics);
    assert_eq!(shown.is_empty(), compilation.diagnostics.is_empty());
    for compiled in &compilation.workloads {
        assert!(compiled.yaml(Some("fuzz")).contains("apiVersion:"));
        assert!(compiled.json().contains("\"apiVersion\""));
    }
});
