//! Describes the settings of `initflow.toml`, for the reference and for `initflow explain`.

/// A setting.
#[derive(Debug)]
pub struct SettingSpec {
    /// Its name, after that of its table: `context.mesh`.
    pub name: &'static str,
    /// How the reference shows it: `[images]` for a table.
    pub shown: &'static str,
    /// What it sets.
    pub meaning: &'static str,
    /// Lines of a file that set it.
    pub example: &'static str,
}

/// All settings, in the order of the reference.
pub const SETTINGS: &[SettingSpec] = &[
    setting(
        "kube",
        "kube",
        "the version of Kubernetes that must accept the output, as text: `\"1.33\"` to `\"1.37\"`",
        "kube = \"1.35\"",
    ),
    setting(
        "registry",
        "registry",
        "a registry, optionally with a folder, that mirrors the images of the [built-in steps](reference/steps/index.md) under their own names and tags",
        "registry = \"mirror.acme.dev/hub\"",
    ),
    setting(
        "images",
        "[images]",
        "a replacement reference for each image that you name; takes precedence over `registry`. The image needs the programs of the one that it replaces",
        "[images]\nfetch-https = \"mirror.acme.dev/tools/curl:8.17.0\"",
    ),
    setting(
        "lints",
        "[lints]",
        "a level for the name of a [warning](reference/warnings.md), or for `warnings`, which means all others: `\"allow\"` (not shown), `\"warn\"` (shown) or `\"deny\"` (an error)",
        "[lints]\nwarnings = \"deny\"\nunpinned-image = \"allow\"",
    ),
    setting(
        "output",
        "output",
        "the folder that `compile` without a PATH writes into, in the folder structure of the sources, and that `compile --check` compares with; `{profile}` means the name of the profile",
        "output = \"manifests/{profile}\"\n\n[profiles.prod.set]\ntag = \"1.27\"",
    ),
    setting(
        "members",
        "members",
        "folders, files and patterns (`*`, `**`, `?`, `[ab]`) that make up the project; without it, all sources below the file's folder",
        "members = [\"apps/*\", \"shared\"]",
    ),
    setting(
        "profiles",
        "[profiles.NAME]",
        "values of params for one of the project's environments: `params`, a list of files as for `--params`, and `set`, values by name (`shop.tag` for a param of a used file)",
        "[profiles.prod]\nparams = [\"params/prod.params\"]\nset = { replicas = 3 }",
    ),
    setting(
        "profile",
        "profile",
        "the profile to use when the call has no `--profile NAME`",
        "profile = \"dev\"\n\n[profiles.dev.set]\ntag = \"1.27\"",
    ),
    setting(
        "context",
        "[context]",
        "what surrounds the workloads: `with`, a list of files and folders of manifests, `complete` and `mesh`; see [Context](reference/context.md)",
        "[context]\nwith = [\"k8s\"]\ncomplete = true\nmesh = \"istio\"",
    ),
    setting(
        "context.with",
        "context.with",
        "files and folders of manifests, relative to the file of settings, whose objects the workloads are compared with",
        "[context]\nwith = [\"k8s\", \"shared/rbac.yaml\"]",
    ),
    setting(
        "context.complete",
        "context.complete",
        "whether the manifests of `with` are all objects of the namespace: then what is missing there does not exist",
        "[context]\nwith = [\"k8s\"]\ncomplete = true",
    ),
    setting(
        "context.mesh",
        "context.mesh",
        "the service mesh that injects its proxy into the pods: `\"istio\"`, `\"linkerd\"`, `\"kuma\"` or `\"consul\"`",
        "[context]\nmesh = \"istio\"",
    ),
];

const fn setting(
    name: &'static str,
    shown: &'static str,
    meaning: &'static str,
    example: &'static str,
) -> SettingSpec {
    SettingSpec { name, shown, meaning, example }
}
