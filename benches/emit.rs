//! How fast objects become YAML and JSON.
#![allow(missing_docs, clippy::unwrap_used)]

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use initflow::compile::{Compiled, NoFiles, Options, compile};
use initflow::emit::{Document, json, yaml};

fn main() {
    divan::main();
}

const DOCUMENTS: usize = 100;

/// The Deployment of the Django example.
fn django() -> Compiled {
    let text = include_str!("../examples/django/main.initflow").to_owned();
    compile("main.initflow", text, &NoFiles, &Options::default()).workloads.pop().unwrap()
}

#[divan::bench]
fn lowers(bencher: Bencher) {
    let compiled = django();
    bencher.counter(ItemsCount::new(DOCUMENTS)).bench(|| {
        for _ in 0..DOCUMENTS {
            divan::black_box(compiled.object().unwrap());
        }
    });
}

#[divan::bench]
fn emits_yaml(bencher: Bencher) {
    let object = django().object().unwrap();
    let documents: Vec<_> = (0..DOCUMENTS).map(|_| Document { header: None, object: &object }).collect();
    let bytes = yaml(&documents).unwrap().len();
    bencher.counter(BytesCount::new(bytes)).bench(|| yaml(&documents).unwrap());
}

#[divan::bench]
fn emits_json(bencher: Bencher) {
    let object = django().object().unwrap();
    let objects: Vec<_> = (0..DOCUMENTS).map(|_| &object).collect();
    let bytes = json(&objects).unwrap().len();
    bencher.counter(BytesCount::new(bytes)).bench(|| json(&objects).unwrap());
}
