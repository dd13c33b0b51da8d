//! `initflow test`: tests what sources compile to against the expectations next to them.

use super::arguments::Inputs;
use super::config::{ProfileChoice, Project, Projects};
use super::console::{Console, Stream};
use super::each::{options, report};
use super::exit_status::Status;
use super::input::Input;
use super::params;
use super::profiles::AllProfiles;
use super::report::Reporting;
use super::text_diff::{colored, diff};
use super::wanted::{self, Wanted};
use crate::compile::{CompileOptions, Compiled, compile_with};
use crate::config::{MAX_CONFIG_BYTES, PROFILE, Placed, names_a_folder};
use crate::diagnostic::screen::{Page, Screen, Style, Styled};
use crate::diagnostic::visible;
use crate::emit;
use crate::expect::{Case, read};
use crate::files::{Grounds, Root};
use crate::import::{Strangers, compile_manifests};
use crate::plan::Plan;
use crate::source::{FileId, MAX_SOURCE_BYTES, SourceFile, Sources, Span};
use clap::Args;
use glob::Pattern;
use smol_str::SmolStr;
use std::path::{Path, PathBuf};

/// The ending of the names of files of expectations.
const ENDING: &[&str] = &["test.toml"];

/// What a case without a name is called.
const UNNAMED: &str = "a case without a name";

const HELP: &str = "\
Examples:
  initflow test                                  run all *.test.toml of the project
  initflow test --filter 'prod*'                 run the cases whose names start with prod
  initflow test --update shop.test.toml          write the snapshots of what it compiles to
  initflow test --format junit --report tests.xml

A file of expectations is next to its source or manifest: shop.test.toml next to shop.initflow or shop.yaml. The
reference lists what it can expect.

Exit status: 0 if every case passes; 1 if one fails; 2 if the call is wrong, no case matches --filter, or a file cannot
be read or written.";

/// What to test.
#[derive(Args)]
#[command(after_help = HELP)]
pub(super) struct TestArguments {
    #[command(flatten)]
    inputs: Inputs,
    /// Write the snapshots that are missing or differ
    #[arg(long)]
    update: bool,
    /// Run each case with every profile in initflow.toml, unless it names one, or has a snapshot without `{profile}` in its
    /// name
    #[arg(long)]
    all_profiles: bool,
    /// Run only the cases whose name, or the path of whose file, contains this text or matches this pattern with `*` and `?`
    #[arg(long, value_name = "PATTERN", value_parser = CaseFilter::new)]
    filter: Vec<CaseFilter>,
    #[command(flatten)]
    reporting: Reporting,
}

/// A text or a pattern that chooses cases.
#[derive(Clone)]
struct CaseFilter {
    text: String,
    pattern: Option<Pattern>,
}

impl CaseFilter {
    fn new(text: &str) -> Result<Self, String> {
        let has_wildcard = text.contains(['*', '?', '[']);
        let pattern = has_wildcard.then(|| Pattern::new(text)).transpose().map_err(|error| error.msg)?;
        Ok(Self { text: text.to_owned(), pattern })
    }

    fn matches(&self, path: &str, name: &str) -> bool {
        let pattern = |text: &str| self.pattern.as_ref().is_some_and(|pattern| pattern.matches(text));
        [path, name].iter().any(|text| text.contains(&self.text) || pattern(text))
    }
}

pub(super) fn run(arguments: &TestArguments, console: &mut Console) -> Status {
    let paths: Vec<PathBuf> = arguments.inputs.paths.iter().map(|path| expectations(path)).collect();
    let Some(grounds) = arguments.inputs.confined.grounds(console) else { return console.finish() };
    console.report(&arguments.reporting, Stream::Results, &grounds);
    let profiles = if arguments.all_profiles { ProfileChoice::Every } else { ProfileChoice::Default };
    let mut files =
        super::each::found(&arguments.inputs, &paths, profiles, Wanted::Only(ENDING), &grounds, console);
    AllProfiles { all_profiles: arguments.all_profiles }.hold(&files, console);
    for file in &mut files {
        // The call may name the source instead of the file of expectations.
        file.is_named &= arguments.inputs.paths.iter().any(|path| Some(path.as_path()) == file.path());
    }
    let mut count = CaseCount::default();
    for file in &files {
        test_file(arguments, file, &grounds, &mut count, console);
    }
    let CaseCount { passed, failed, left_out } = count;
    if passed + failed == 0 && left_out > 0 {
        console.trouble("no case matches --filter");
        console.help("name a part of a case's name or of the path of its file, or a pattern such as `prod*`");
    } else if console.status() != Status::Trouble && !console.is_silent() {
        let left_out =
            if left_out == 0 { String::new() } else { format!(", {left_out} left out by --filter") };
        let style = |count, style| if count == 0 { Style::Plain } else { style };
        let mut page = Page::new(console.screen());
        page.blank();
        page.line(
            0,
            Styled::new(style(passed, Style::Good), &format!("{passed} passed"))
                .then(Style::Plain, ", ")
                .then(style(failed, Style::Bad), &format!("{failed} failed"))
                .then(Style::Plain, &left_out),
        );
        console.print(&page.finish());
    }
    console.finish()
}

/// How many cases there were.
#[derive(Default)]
struct CaseCount {
    passed: usize,
    failed: usize,
    left_out: usize,
}

/// Runs the cases of a file.
fn test_file(
    arguments: &TestArguments,
    file: &Input,
    grounds: &Grounds,
    count: &mut CaseCount,
    console: &mut Console,
) {
    let text = match file.read_at_most(MAX_CONFIG_BYTES) {
        Ok(text) => text,
        Err(trouble) => return report(&trouble, console),
    };
    let mut sources = Sources::default();
    let id = sources.add(&*file.name, text);
    let (cases, faults) = read(sources.get(id));
    console.diagnostics(&file.name, &sources, &faults);
    if !faults.is_empty() {
        return;
    }
    for case in cases.iter().flat_map(|case| with_profiles(arguments, file, case)) {
        let filters = &arguments.filter;
        if !filters.is_empty() && !filters.iter().any(|filter| filter.matches(&file.name, &case.name)) {
            count.left_out += 1;
            continue;
        }
        let start = Span::new(id, 0, 0);
        let broken = hold(arguments, file, &case, grounds, console);
        let broken: Vec<(Span, String)> =
            broken.into_iter().map(|(span, fault)| (span.or(case.span).unwrap_or(start), fault)).collect();
        let name = if case.name.is_empty() { UNNAMED } else { &case.name };
        console.tested(&sources, (name, case.span.unwrap_or(start)), &broken);
        if !console.is_silent() {
            let text = shown(sources.get(id), (name, case.span.unwrap_or(start)), &broken, console.screen());
            console.print(&text);
        }
        *(if broken.is_empty() { &mut count.passed } else { &mut count.failed }) += 1;
    }
}

/// A case with each of the profiles that it is run with.
fn with_profiles(arguments: &TestArguments, file: &Input, case: &Case) -> Vec<Case> {
    let is_fixed =
        case.profile.is_some() || case.snapshot.as_ref().is_some_and(|path| !path.text.contains(PROFILE));
    let profiles = file.variants.iter().filter_map(|project| project.profile.as_ref());
    if !arguments.all_profiles || is_fixed || profiles.clone().next().is_none() {
        return vec![case.clone()];
    }
    let with = |profile: &SmolStr| {
        let name = if case.name.is_empty() { UNNAMED } else { &case.name };
        let span = case.span.unwrap_or(Span::new(FileId(0), 0, 0));
        let profile = Placed { text: profile.to_string(), span };
        Case { name: format!("{name} (profile {})", profile.text), profile: Some(profile), ..case.clone() }
    };
    profiles.map(with).collect()
}

/// The file of expectations that a path means: for a source, the one next to it.
fn expectations(path: &Path) -> PathBuf {
    let has_workloads =
        [wanted::SOURCES, wanted::MANIFESTS].iter().any(|endings| wanted::has_ending(path, endings));
    if has_workloads { path.with_extension(ENDING[0]) } else { path.to_owned() }
}

/// The expectations of a case that are not met.
fn hold(
    arguments: &TestArguments,
    file: &Input,
    case: &Case,
    grounds: &Grounds,
    console: &mut Console,
) -> Vec<(Option<Span>, String)> {
    let folder = file.folder();
    let profile = case.profile.as_ref().map(|profile| profile.text.as_str());
    let profile = profile.map_or(ProfileChoice::Default, ProfileChoice::Named);
    let mut projects = Projects::new(&arguments.inputs.settings, profile, grounds);
    let Some(project) = projects.on(&grounds.of(folder, &file.base), console) else {
        return vec![(case.span, "its settings cannot be used".to_owned())];
    };
    let (name, text) = match source(file, case) {
        Ok(source) => source,
        Err(fault) => return vec![fault],
    };
    let options = with_values(arguments, file, case, &project);
    let make = |compiled: Compiled| (compiled.plan(), compiled.yaml(None));
    let compilation = if wanted::has_ending(Path::new(&name), wanted::MANIFESTS) {
        compile_manifests(&name, text, Strangers::Warn, &options, make)
    } else {
        compile_with(&name, text, &*file.root, &options, make)
    };
    let (plans, texts): (Vec<Plan>, Vec<String>) = compilation.workloads.into_iter().unzip();
    let mut broken = case.broken(&plans, &compilation.diagnostics);
    if let Some(snapshot) = case.snapshot.as_ref().filter(|_| broken.is_empty()) {
        let profile = project.profile.as_deref().filter(|profile| names_a_folder(profile));
        let name = snapshot.text.replace(PROFILE, profile.unwrap_or(PROFILE));
        let path = folder.join(name);
        let text = texts.join(emit::SEPARATOR);
        broken.extend(
            compare(&file.root, &path, &text, arguments.update).map(|fault| (Some(snapshot.span), fault)),
        );
    }
    broken
}

/// The name and the text of the source that a case is about.
fn source(file: &Input, case: &Case) -> Result<(String, String), (Option<Span>, String)> {
    let folder = file.folder();
    let beside = || {
        let name = Path::new(&file.name).file_name().unwrap_or_default().to_string_lossy().into_owned();
        let stem = name.strip_suffix("test.toml").unwrap_or_default();
        let mut names =
            [wanted::SOURCES, wanted::MANIFESTS].concat().into_iter().map(|ending| format!("{stem}{ending}"));
        let is_there = |name: &String| file.root.resolve(&folder.join(name)).is_ok_and(|path| path.is_file());
        names.find(is_there).unwrap_or_else(|| format!("{stem}initflow"))
    };
    let path = match (&case.source, &case.file) {
        (Some(source), _) => {
            let name = folder.join("case.initflow").to_string_lossy().into_owned();
            return Ok((name, source.text.clone()));
        }
        (None, Some(named)) => folder.join(&named.text),
        (None, None) => folder.join(beside()),
    };
    let span = case.file.as_ref().map(|file| file.span).or(case.span);
    let name = path.to_string_lossy().into_owned();
    let text = file.root.read(&path, MAX_SOURCE_BYTES);
    let text = text.map_err(|reason| (span, format!("cannot read `{name}`: {reason}")))?;
    Ok((name, text))
}

fn with_values(arguments: &TestArguments, file: &Input, case: &Case, project: &Project) -> CompileOptions {
    let given = project.values.iter().chain(&case.set).cloned().collect();
    let options = options(&arguments.inputs, file, &project.config);
    let version = arguments.inputs.kube.or(case.kube).unwrap_or(options.version);
    CompileOptions { settings: params::last_of_each(given), version, ..options }
}

/// How a snapshot differs from the compiled YAML; with `--update`, it is written instead.
fn compare(root: &Root, path: &Path, text: &str, update: bool) -> Option<String> {
    let name = path.display();
    let old = match root.read(path, MAX_SOURCE_BYTES) {
        Ok(old) if old == text => return None,
        Ok(old) => old,
        Err(unreadable) if unreadable.is_missing => String::new(),
        Err(reason) => return Some(format!("cannot read `{name}`: {reason}")),
    };
    if update {
        let is_yaml = path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
        return if is_yaml || old.is_empty() {
            root.write(path, text).err()
        } else {
            Some(format!("`{name}` is not replaced: the name of a snapshot ends with `.yaml`"))
        };
    }
    if old.is_empty() {
        return Some(format!("there is no snapshot `{name}`: use --update to write it"));
    }
    let name = name.to_string();
    Some(format!(
        "the YAML differs from the snapshot (use --update to write it)\n{}",
        diff((&name, &old), ("compiled now", text))
    ))
}

/// One line for a case that passes, more for one that fails.
fn shown(file: &SourceFile, (name, span): (&str, Span), broken: &[(Span, String)], screen: Screen) -> String {
    let mut page = Page::new(screen);
    if broken.is_empty() {
        page.line(
            0,
            Styled::new(Style::Good, "ok").then(Style::Plain, &format!("    {}: {name}", file.name)),
        );
        return page.finish();
    }
    let place = |span: Span| format!("{}:{}", file.name, file.line_column(span.start).0);
    page.line(0, Styled::new(Style::Bad, "FAIL").then(Style::Plain, &format!("  {}: {name}", place(span))));
    for (span, fault) in broken {
        let (headline, difference) = fault.split_once('\n').unwrap_or((fault, ""));
        page.line(
            6,
            Styled::new(Style::Dim, &format!("{}:", place(*span))).then(Style::Plain, " ").message(headline),
        );
        for line in colored(&visible::lines(difference), screen).lines() {
            page.raw(&format!("      {line}\n"));
        }
    }
    page.finish()
}
