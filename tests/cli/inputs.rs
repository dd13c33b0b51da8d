//! Tests sources that cannot be read, do not end, or form cycles.

use super::{BROKEN, Folder, HELLO};
use std::fs;
use std::time::{Duration, Instant};

#[test]
fn unreadable_sources_are_reported() {
    let folder = Folder::new().with("latin.initflow", b"# caf\xe9\n").with("empty/notes.txt", "");
    folder
        .runs("check none.initflow")
        .ends_with(2)
        .says("cannot read `none.initflow`: there is no such file");
    folder
        .runs("check empty")
        .ends_with(2)
        .says("there is no .initflow, .yaml, .yml or .json file in `empty`");
    folder.runs("check latin.initflow").ends_with(2).says("it is not UTF-8: byte 6 is 0xe9");
    folder.runs_on("use \"empty\"\n", "check -").ends_with(1).says("it is a folder");
    let folder = folder.with("a.initflow", BROKEN);
    folder.runs("check none.initflow a.initflow").ends_with(2).says("no such file").says("a.initflow:2:");
}

#[test]
fn large_files_are_refused_without_being_read() {
    let folder = Folder::new();
    let large = fs::File::create(folder.0.join("large.initflow")).expect("a file");
    large.set_len(100 << 20).expect("a file with a hole");
    let started = Instant::now();
    folder.runs("check large.initflow").ends_with(2).says("larger than 32 MiB");
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[cfg(unix)]
#[test]
fn a_device_without_an_end_is_refused() {
    Folder::new().runs("check /dev/zero").ends_with(2).says("larger than 32 MiB");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_folder_above_does_not_loop() {
    let folder = Folder::new().with("apps/a.initflow", HELLO);
    std::os::unix::fs::symlink(".", folder.0.join("apps/loop")).expect("a link");
    folder.runs("compile -o out apps").ends_with(0);
    assert!(folder.has("out/a.yaml") && !folder.has("out/loop"));
}
