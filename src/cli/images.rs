//! `initflow images`: lists the images that sources and manifests use, and locks them to their digests.

use super::arguments::ProgramArguments;
use super::config::{ProfileChoice, Project};
use super::console::Console;
use super::each::{compile_each, inputs, settle};
use super::exit_status::Status;
use super::input::Input;
use super::registry;
use super::wanted::Reading;
use crate::compile::{Compilation, Compiled, UsedImage};
use crate::config::{FILE_NAME, LOCK_NAME, lock_text};
use crate::diagnostic::visible;
use crate::source::Sources;
use clap::{Args, ValueEnum};
use smol_str::SmolStr;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;

const HELP: &str = "\
Examples:
  initflow images                                who uses which image in the project
  initflow images apps | xargs -n1 docker pull   one image a line, because this is not a terminal
  initflow images --format mirror | xargs -n2 crane copy
  initflow images --lock                         write initflow.lock; compile then writes IMAGE@DIGEST

`mirror` prints each image and its place in the `registry` of initflow.toml. --lock asks the registries through `crane` or
`oras`, with the logins that these know. It locks the images of the project; with PATH, only those, and keeps the others.";

/// The formats of the list.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ImagesFormat {
    /// Columns: the image, what pins it, and who uses it
    Table,
    /// One image a line
    Lines,
    /// The image to copy, a space, and its place in the registry of initflow.toml, one image a line
    Mirror,
    /// JSON with a stable, versioned format, for other tools
    Json,
}

/// Whose images to list, and how.
#[derive(Args)]
#[command(after_help = HELP)]
pub(super) struct ImagesArguments {
    #[command(flatten)]
    program: ProgramArguments,
    #[command(flatten)]
    reading: Reading,
    /// The format of the list [default: table on a terminal, else lines]
    #[arg(long, value_enum)]
    format: Option<ImagesFormat>,
    /// Write the digests of the images to initflow.lock, next to initflow.toml
    #[arg(long, conflicts_with = "format")]
    lock: bool,
}

pub(super) fn run(arguments: &ImagesArguments, console: &mut Console) -> Status {
    let Some(grounds) = arguments.program.inputs.confined.grounds(console) else { return console.finish() };
    // A mirror needs the images of all environments.
    let profiles = arguments.program.profile.as_deref().map_or(ProfileChoice::Every, ProfileChoice::Named);
    let inputs = inputs(&arguments.program, profiles, arguments.reading.wanted(), &grounds, console);
    let make = |_: &Input, compiled: Compiled| {
        let workload = &compiled.workload;
        let name = workload.name.as_ref().map_or("*", |name| name.text.as_str());
        (format!("{}/{name}", workload.kind.name()), compiled.images())
    };
    let all =
        |_: &Input, _: &Project, compilation: &mut Compilation<_>| std::mem::take(&mut compilation.workloads);
    let outcomes = compile_each(&arguments.program, false, &grounds, console, &inputs, make, all);
    let mut list = ImageList::default();
    let mut is_complete = true;
    for (input, outcome) in inputs.iter().zip(outcomes.into_iter().flatten()) {
        // Warnings are reported when the sources are checked.
        let outcome = outcome.without_warnings();
        let Some((compilation, workloads)) = settle(input, outcome, console) else {
            is_complete = false;
            continue;
        };
        is_complete &= !compilation.failed() || workloads.len() == input.variants.len();
        for (workload, images) in workloads.into_iter().flatten() {
            list.add(input, &compilation.sources, &workload, images);
        }
    }
    if !is_complete || console.status() == Status::Trouble {
        return console.finish();
    }
    if arguments.lock {
        if console.status() != Status::Fine {
            return console.finish();
        }
        lock(&list, arguments.program.inputs.paths.is_empty(), console);
        return console.finish();
    }
    let is_terminal = std::io::stdout().is_terminal();
    match arguments.format.unwrap_or(if is_terminal { ImagesFormat::Table } else { ImagesFormat::Lines }) {
        ImagesFormat::Table => console.print(&visible::lines(&list.table())),
        ImagesFormat::Lines => {
            console.print(&list.images.keys().fold(String::new(), |all, image| all + image + "\n"));
        }
        ImagesFormat::Mirror => match list.mirrors() {
            Some(mirrors) => console.print(&mirrors),
            None => {
                console.trouble("there is no registry to mirror the images in");
                console.help(&format!("set `registry = \"mirror.example.com\"` in {FILE_NAME}"));
            }
        },
        ImagesFormat::Json => console.print(&visible::json(&list.json())),
    }
    console.finish()
}

/// All images, sorted, each once.
#[derive(Default)]
struct ImageList {
    images: BTreeMap<SmolStr, ListedImage>,
    /// The uses so far: the image, the file and the place in it, the workload, and the name of what uses it.
    seen: HashSet<(SmolStr, String, u32, String, SmolStr)>,
}

/// An image, and who uses it.
struct ListedImage {
    /// Where it comes from: not the registry's copy.
    upstream: SmolStr,
    /// Its place in the project's registry.
    mirror: Option<SmolStr>,
    users: Vec<ImageUser>,
    /// The projects that use it.
    projects: Vec<Arc<Project>>,
}

/// What uses an image.
struct ImageUser {
    path: String,
    line: usize,
    workload: String,
    used: UsedImage,
}

impl ImageList {
    fn add(&mut self, input: &Input, sources: &Sources, workload: &str, images: Vec<UsedImage>) {
        let known = &input.project.config.images;
        for used in images {
            let place = sources.in_file(used.span);
            let file = sources.get(place.file);
            let image = self.images.entry(used.reference.clone()).or_insert_with(|| {
                let (name, digest) = parted(&used.reference);
                let digest = digest.map(|digest| format!("@{digest}")).unwrap_or_default();
                let with_digest = |name: &str| SmolStr::from(format!("{name}{digest}"));
                ListedImage {
                    upstream: with_digest(known.upstream(name)),
                    mirror: known.mirror(name).map(|name| with_digest(&name)),
                    users: Vec::new(),
                    projects: Vec::new(),
                }
            });
            if !image.projects.iter().any(|project| Arc::ptr_eq(project, &input.project)) {
                image.projects.push(Arc::clone(&input.project));
            }
            let (line, _) = file.line_column(place.start);
            // With several profiles, the same container may use it in each.
            let key = (
                used.reference.clone(),
                file.name.clone(),
                place.start,
                workload.to_owned(),
                used.name.clone(),
            );
            if self.seen.insert(key) {
                let (path, workload) = (file.name.clone(), workload.to_owned());
                image.users.push(ImageUser { path, line, workload, used });
            }
        }
    }

    fn table(&self) -> String {
        let has_mirror = self.images.values().any(|image| image.mirror.is_some());
        let mut rows =
            vec![["IMAGE".to_owned(), "PINNED BY".to_owned(), "MIRROR".to_owned(), "USED BY".to_owned()]];
        for (reference, image) in &self.images {
            for (at, user) in image.users.iter().enumerate() {
                let first = |text: String| if at == 0 { text } else { String::new() };
                let ImageUser { path, line, workload, used } = user;
                rows.push([
                    first(reference.to_string()),
                    first(pinned_by(reference).to_owned()),
                    first(image.mirror.clone().unwrap_or_default().to_string()),
                    format!("{workload} {} {} ({path}:{line})", used.by, used.name),
                ]);
            }
        }
        let mut widths = [0; 4];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        rows.iter().fold(String::new(), |mut all, [image, pinned, mirror, user]| {
            let _ = write!(all, "{image:0$}  {pinned:1$}  ", widths[0], widths[1]);
            if has_mirror {
                let _ = write!(all, "{mirror:0$}  ", widths[2]);
            }
            all + user + "\n"
        })
    }

    /// Each image to copy and its place in the registry; nothing if there is no registry.
    fn mirrors(&self) -> Option<String> {
        let pairs = self.images.values().filter_map(|image| Some((&image.upstream, image.mirror.as_ref()?)));
        let pairs: BTreeMap<&SmolStr, &SmolStr> = pairs.collect();
        if pairs.is_empty() && !self.images.is_empty() {
            return None;
        }
        let moved = pairs.into_iter().filter(|(upstream, mirror)| upstream != mirror);
        Some(moved.fold(String::new(), |all, (upstream, mirror)| all + upstream + " " + mirror + "\n"))
    }

    fn json(&self) -> String {
        let user = |ImageUser { path, line, workload, used }: &ImageUser| {
            serde_json::json!({
                "path": path, "line": line, "workload": workload, "role": used.by, "name": used.name.as_str(),
            })
        };
        let image = |(reference, image): (&SmolStr, &ListedImage)| {
            let (name, digest) = parted(reference);
            serde_json::json!({
                "image": reference.as_str(),
                "tag": tag(name),
                "digest": digest,
                "pinnedBy": pinned_by(reference),
                "upstream": image.upstream.as_str(),
                "mirror": image.mirror.as_deref(),
                "usedBy": image.users.iter().map(user).collect::<Vec<_>>(),
            })
        };
        let images: Vec<serde_json::Value> = self.images.iter().map(image).collect();
        format!("{:#}\n", serde_json::json!({ "version": 1, "images": images }))
    }
}

/// The name with the tag, and the digest.
fn parted(reference: &str) -> (&str, Option<&str>) {
    reference.split_once('@').map_or((reference, None), |(name, digest)| (name, Some(digest)))
}

fn tag(name: &str) -> Option<&str> {
    name.rsplit('/').next()?.split_once(':').map(|(_, tag)| tag)
}

/// What keeps an image the same at each start.
fn pinned_by(reference: &str) -> &'static str {
    let (name, digest) = parted(reference);
    match (digest, tag(name)) {
        (Some(_), _) => "digest",
        (None, None | Some("latest")) => "nothing",
        (None, Some(_)) => "tag",
    }
}

/// Writes the lock files of the projects.
fn lock(list: &ImageList, is_whole: bool, console: &mut Console) {
    let mut projects: BTreeMap<PathBuf, (&Arc<Project>, Vec<&str>)> = BTreeMap::new();
    for (reference, image) in &list.images {
        for project in &image.projects {
            let Some(folder) = &project.folder else {
                console.trouble(&format!("there is no {FILE_NAME} to write {LOCK_NAME} next to"));
                return console
                    .help(&format!("create {FILE_NAME} in the folder of the project; it may be empty"));
            };
            let (name, digest) = parted(reference);
            let is_locked = project.config.images.locked.get(name).map(SmolStr::as_str) == digest;
            if digest.is_none() || is_locked {
                projects.entry(folder.join(LOCK_NAME)).or_insert((project, Vec::new())).1.push(name);
            }
        }
    }
    for (path, (project, names)) in projects {
        let kept = if is_whole { BTreeMap::new() } else { project.config.images.locked.clone() };
        let digests = match registry::digests(&names) {
            Ok(digests) => digests,
            Err((message, help)) => {
                console.trouble(&message);
                return console.help(&help);
            }
        };
        let count = digests.len();
        let locked: BTreeMap<SmolStr, SmolStr> = kept.into_iter().chain(digests).collect();
        match project.root.write(&path, &lock_text(&locked)) {
            Ok(_) => console.say(
                "locked",
                &format!("{count} {} in `{}`", if count == 1 { "image" } else { "images" }, path.display()),
            ),
            Err(message) => console.trouble(&message),
        }
    }
}
