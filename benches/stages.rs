//! Measures each stage of the compiler, and the whole compiler on programs of 1 to 10,000 workloads like the Django
//! example.
#![allow(missing_docs, clippy::unwrap_used)]

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use initflow::compile::{CompileOptions, Compiled, NoFiles, compile, compile_with};
use initflow::source::{FileId, SourceFile};
use initflow::syntax::parse;

fn main() {
    divan::main();
}

const DJANGO: &str = include_str!("../examples/django/main.initflow");

/// The number of workloads on which a single stage is measured.
const MANY: usize = 100;

/// A program of this many Django workloads.
fn program(workloads: usize) -> String {
    let (head, django) = DJANGO.split_at(DJANGO.find("deployment shop").unwrap());
    let named = |at| django.replacen("deployment shop", &format!("deployment shop-{at}"), 1);
    (0..workloads).fold(head.to_owned(), |all, at| all + &named(at) + "\n")
}

fn compiled(workloads: usize) -> Vec<Compiled> {
    compile("main.initflow", program(workloads), &NoFiles, &CompileOptions::default()).workloads
}

fn text_of(compiled: &Compiled) -> String {
    compiled.yaml(Some("main.initflow"))
}

#[divan::bench]
fn stage_1_parse(bencher: Bencher) {
    let source = SourceFile::new(FileId(0), "main.initflow", program(MANY));
    bencher.counter(BytesCount::of_str(&source.text)).bench(|| parse(&source));
}

#[divan::bench]
fn stage_1_to_3_parse_resolve_check(bencher: Bencher) {
    let text = program(MANY);
    let options = CompileOptions::default();
    let run = || compile_with("main.initflow", text.clone(), &NoFiles, &options, |_| ());
    bencher.counter(ItemsCount::new(MANY)).bench(run);
}

#[divan::bench]
fn stage_4_lower(bencher: Bencher) {
    let compiled = compiled(MANY);
    let run = || compiled.iter().map(Compiled::object).for_each(drop);
    bencher.counter(ItemsCount::new(MANY)).bench(run);
}

#[divan::bench]
fn stage_4_to_5_lower_emit_yaml(bencher: Bencher) {
    let compiled = compiled(MANY);
    let bytes: usize = compiled.iter().map(|compiled| text_of(compiled).len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| compiled.iter().map(text_of).collect::<Vec<_>>());
}

#[divan::bench]
fn stage_4_to_5_lower_emit_json(bencher: Bencher) {
    let compiled = compiled(MANY);
    let bytes: usize = compiled.iter().map(|compiled| compiled.json().len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| compiled.iter().map(Compiled::json).collect::<Vec<_>>());
}

/// All stages, on one file.
#[divan::bench(args = [1, 100, 1000, 10_000], max_time = 20)]
fn whole(bencher: Bencher, workloads: usize) {
    let text = program(workloads);
    let options = CompileOptions::default();
    let run =
        || compile_with("main.initflow", text.clone(), &NoFiles, &options, |compiled| text_of(&compiled));
    bencher.counter(ItemsCount::new(workloads)).bench(run);
}

/// All stages, on a plain Deployment without steps.
#[divan::bench]
fn whole_plain(bencher: Bencher) {
    let text = include_str!("plain.initflow");
    let options = CompileOptions::default();
    bencher.bench(|| {
        compile_with("plain.initflow", text.into(), &NoFiles, &options, |compiled| text_of(&compiled))
    });
}
