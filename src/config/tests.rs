use super::*;
use crate::diagnostic::{Code, human::Human};
use crate::lint::LintLevel;
use crate::source::Sources;
use crate::steps::Image;

fn check(text: &str) -> (Config, String) {
    let mut sources = Sources::default();
    let id = sources.add(FILE_NAME, text);
    let (config, diagnostics) = read(sources.get(id));
    (config, Human::default().render(&sources, &diagnostics))
}

#[test]
fn settings_are_read() {
    let (config, shown) = check(
        "kube = \"1.35\"\nregistry = 'mirror.acme.dev/hub'\n[images]\nwait = \"mirror.acme.dev/w:1\" # ours\n",
    );
    assert_eq!(shown, "");
    assert_eq!(config.version, Some(Version(35)));
    assert_eq!(config.images.reference(Image::Wait), "mirror.acme.dev/w:1");
    assert!(config.images.reference(Image::FetchHttps).starts_with("mirror.acme.dev/hub/curlimages/curl:"));
    assert_eq!(check("").0, Config::default());
    assert_eq!(check("images.wait = \"w:1\"").0.images.reference(Image::Wait), "w:1");
}

#[test]
fn every_setting_is_described_with_an_example_that_is_read() {
    let described: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
    let inner = reader::CONTEXT.map(|name| format!("context.{name}"));
    let all = reader::SETTINGS.iter().copied().chain(inner.iter().map(String::as_str));
    for name in all {
        assert!(described.contains(&name), "{name}");
    }
    assert_eq!(described.len(), reader::SETTINGS.len() + inner.len());
    for setting in SETTINGS {
        assert_eq!(check(setting.example).1, "", "{}", setting.name);
    }
}

#[test]
fn unusable_settings_are_shown_at_their_place() {
    let (config, shown) = check(
        "kube = 1.35\nregistry = \"https://mirror.acme.dev\"\nimage = 1\n[images]\nfetch-htps = \"a:1\"\nwait = \"A:1\"\n",
    );
    assert_eq!(config, Config::default());
    insta::assert_snapshot!(shown, @r#"
    error[type-mismatch]: expected text for `kube`, found a number
      ┌─ initflow.toml:1:8
      │
    1 │ kube = 1.35
      │        ^^^^ the value of `kube`
      │
      = help: write `"1.35"`

    error[invalid-image]: the registry `https://mirror.acme.dev` starts with a scheme, `https://`
      ┌─ initflow.toml:2:12
      │
    2 │ registry = "https://mirror.acme.dev"
      │            ^^^^^^^^^^^^^^^^^^^^^^^^^ not usable in the name of an image
      │
      = help: use the form `"registry.example.com"`, `"registry.example.com:5000"` or `"registry.example.com/folder"`

    error[unknown-setting]: unknown setting `image`
      ┌─ initflow.toml:3:1
      │
    3 │ image = 1
      │ ^^^^^ not one of the known names
      │
      = help: change to `images`

    error[unknown-setting]: unknown image `fetch-htps` of the built-in steps
      ┌─ initflow.toml:5:1
      │
    5 │ fetch-htps = "a:1"
      │ ^^^^^^^^^^ not one of the known names
      │
      = help: change to `fetch-https`

    error[invalid-image]: the image `A:1` has uppercase letters in its name, `A`
      ┌─ initflow.toml:6:8
      │
    6 │ wait = "A:1"
      │        ^^^^^ not the name of an image
      │
      = help: use the form `"registry.example.com/path/name:tag"`
    "#);
}

#[test]
fn types_and_versions_are_checked() {
    insta::assert_snapshot!(check("kube = \"1.12\"\nimages = []\n").1, @r#"
    error[unknown-value]: `1.12` is not a version from 1.33 to 1.37
      ┌─ initflow.toml:1:8
      │
    1 │ kube = "1.12"
      │        ^^^^^^ not a version that the compiler knows
      │
      = help: use one of `"1.33"`, `"1.34"`, `"1.35"`, `"1.36"`, `"1.37"`

    error[type-mismatch]: expected a table for `images`, found a list
      ┌─ initflow.toml:2:10
      │
    2 │ images = []
      │          ^^ the value of `images`
      │
      = help: write `[images]` on a line of its own and `wait = "registry.example.com/wait:1.0"` below it
    "#);
}

#[test]
fn levels_have_known_names() {
    let (config, shown) = check("[lints]\nwarnings = \"deny\"\nendless-wait = \"allow\"\n");
    assert_eq!(shown, "");
    assert_eq!(config.levels.of(Code::EndlessWait), LintLevel::Allow);
    assert_eq!(config.levels.of(Code::UnpinnedImage), LintLevel::Deny);
    insta::assert_snapshot!(check("[lints]\nendles-wait = \"allow\"\nno-shell = \"error\"\n").1, @r#"
    error[unknown-setting]: there is no warning named `endles-wait`
      ┌─ initflow.toml:2:1
      │
    2 │ endles-wait = "allow"
      │ ^^^^^^^^^^^ not one of the known names
      │
      = help: change to `endless-wait`

    error[unknown-value]: unknown level `error`
      ┌─ initflow.toml:3:12
      │
    3 │ no-shell = "error"
      │            ^^^^^^^ expected the level of a warning
      │
      = help: use one of `"allow"`, `"warn"`, `"deny"`
    "#);
}

#[test]
fn every_fault_of_syntax_has_its_place() {
    insta::assert_snapshot!(check("kube = \nkube = \"1.35\"\nregistry \"ä\n").1, @r#"
    error[invalid-toml]: invalid TOML: string values must be quoted, expected literal string
      ┌─ initflow.toml:1:8
      │
    1 │ kube =
      │        ^ cannot be read

    error[invalid-toml]: invalid TOML: duplicate key
      ┌─ initflow.toml:2:1
      │
    2 │ kube = "1.35"
      │ ^^^^ cannot be read

    error[invalid-toml]: invalid TOML: key with no value, expected `=`
      ┌─ initflow.toml:3:10
      │
    3 │ registry "ä
      │          ^ cannot be read
    "#);
    let (_, shown) = check("[images]\nwait = \"a:1\"\nwait = \"b:1\"\n");
    assert!(shown.starts_with("error[invalid-toml]: invalid TOML: duplicate key\n  ┌─ initflow.toml:3:1\n"));
}

#[test]
fn hostile_texts_are_refused_in_time() {
    let deep = 100_000;
    for text in [
        format!("a = {}", "[".repeat(deep)),
        format!("a = {}{}", "[".repeat(deep), "]".repeat(deep)),
        format!("a = {}", "{a=".repeat(deep)),
        format!("{}a = 1", "a.".repeat(deep)),
        format!("[{}a]", "a.".repeat(deep)),
        "[[images]]\n".repeat(50_000),
        "[x".repeat(deep),
        "\0".repeat(deep),
        format!("{} = 1", "é".repeat(deep)),
        (0..50_000).fold(String::new(), |all, at| all + &format!("k{at} = {at}\n")),
    ] {
        let (config, shown) = check(&text);
        assert_eq!(config, Config::default());
        assert!(shown.contains("error["), "{text:.40}");
    }
}

#[test]
fn a_project_has_profiles_members_and_a_folder_for_output() {
    let (config, shown) = check(
        "output = 'manifests'\nmembers = ['apps/*']\nprofile = 'dev'\n[profiles.dev]\n\
         [profiles.prod]\nparams = ['a.params', 'b.json']\nset = { tag = 'v2', n = 3, on = true, shop.size = 0.5 }\n",
    );
    assert_eq!(shown, "");
    assert_eq!(config.output.as_ref().map(|output| &*output.text), Some("manifests"));
    assert_eq!(config.members.len(), 1);
    assert_eq!(config.profile(None).map(|profile| profile.map(|profile| &*profile.name)), Ok(Some("dev")));
    let prod = config.profile(Some("prod")).unwrap().unwrap();
    let set: Vec<String> = prod.set.iter().map(|(set, _)| format!("{} = {}", set.name, set.value)).collect();
    assert_eq!(set.len(), 4);
    for expected in ["tag = v2", "n = 3", "on = true", "shop.size = 0.5"] {
        assert!(set.iter().any(|set| set == expected), "{set:?}");
    }
    assert_eq!(prod.params.len(), 2);
    let unknown = config.profile(Some("prdo")).unwrap_err();
    assert_eq!(unknown.message, "unknown profile `prdo`");
    assert_eq!(unknown.help, "change to `prod`");
    assert_eq!(config.profile(Some("stage-eu")).unwrap_err().help, "use one of `dev`, `prod`");
    assert!(check("").0.profile(Some("x")).unwrap_err().help.contains("[profiles.x]"));
    assert_eq!(check("").0.profile(None), Ok(None));
}

#[test]
fn mistakes_in_a_project_have_their_places() {
    insta::assert_snapshot!(
        check(
            "output = ''\nmembers = 'apps/*'\nprofile = 'prdo'\n[profiles.prod]\nparam = ['a']\nparams = [1]\n\
             set = { tag = ['a'], hex = 0x1 }\n[profiles]\ndev = 1\n"
        ).1,
        @r#"
    error[unknown-value]: `output` is empty
      ┌─ initflow.toml:1:10
      │
    1 │ output = ''
      │          ^^ expected a text
      │
      = help: set `output`, or remove it

    error[type-mismatch]: expected a list of strings for `members`, found text
      ┌─ initflow.toml:2:11
      │
    2 │ members = 'apps/*'
      │           ^^^^^^^^ the value of `members`
      │
      = help: write `['apps/*']`

    error[unknown-value]: unknown profile `prdo`
      ┌─ initflow.toml:3:11
      │
    3 │ profile = 'prdo'
      │           ^^^^^^ not one of the known names
      │
      = help: change to `prod`

    error[unknown-setting]: unknown setting `param` of a profile
      ┌─ initflow.toml:5:1
      │
    5 │ param = ['a']
      │ ^^^^^ not one of the known names
      │
      = help: change to `params`

    error[type-mismatch]: expected text for `params`, found a number
      ┌─ initflow.toml:6:11
      │
    6 │ params = [1]
      │           ^ the value of `params`
      │
      = help: write `"1"`

    error[type-mismatch]: expected text, a decimal number, `true` or `false` for `tag`, found a list
      ┌─ initflow.toml:7:15
      │
    7 │ set = { tag = ['a'], hex = 0x1 }
      │               ^^^^^ the value of `tag`
      │
      = help: write `tag = "…"`

    error[type-mismatch]: expected text, a decimal number, `true` or `false` for `hex`, found a number
      ┌─ initflow.toml:7:28
      │
    7 │ set = { tag = ['a'], hex = 0x1 }
      │                            ^^^ the value of `hex`
      │
      = help: write `hex = "…"`

    error[type-mismatch]: expected a table for `profiles.dev`, found a number
      ┌─ initflow.toml:9:7
      │
    9 │ dev = 1
      │       ^ the value of `profiles.dev`
      │
      = help: write `[profiles.dev]` on a line of its own and `params = ["prod.params"]` below it
    "#
    );
    insta::assert_snapshot!(check("profile = 'prod'\nprofiles = 'prod'\n").1, @r#"
    error[unknown-value]: unknown profile `prod`
      ┌─ initflow.toml:1:11
      │
    1 │ profile = 'prod'
      │           ^^^^^^ the file has no profiles
      │
      = help: add `[profiles.prod]`, with `params` or `set` below it

    error[type-mismatch]: expected a table for `profiles.prod`, found text
      ┌─ initflow.toml:2:12
      │
    2 │ profiles = 'prod'
      │            ^^^^^^ the value of `profiles.prod`
      │
      = help: write `[profiles.prod]` on a line of its own and `params = ["prod.params"]` below it
    "#);
}
