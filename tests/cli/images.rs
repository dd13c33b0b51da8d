//! Tests `initflow images`: what it lists, and how the digests of a lock file are used.

use super::Folder;

const SHOP: &str = "deployment shop {
  volume config
  volume tools image \"alpine:3.20\"
  fetch settings {
    from \"https://config.acme.dev/shop.json\"
    into config \"settings.json\"
  }
  app web { image \"nginx:1.29\"; reads config at /etc/shop; reads tools at /tools; memory 64Mi }
  app side { image \"ghcr.io/acme/side\"; memory 64Mi }
}
";
const MANIFEST: &str = "apiVersion: v1
kind: Pod
metadata: { name: hello }
spec:
  containers:
  - { name: web, image: \"nginx:1.29\" }
";

fn shop() -> Folder {
    Folder::new()
        .with("initflow.toml", "registry = \"mirror.acme.dev/hub\"\nkube = \"1.36\"\nmembers = [\"apps\"]\n")
        .with("apps/shop.initflow", SHOP)
}

#[test]
fn images_of_containers_built_in_steps_and_volumes_are_listed() {
    let folder = shop().with("hello.yaml", MANIFEST);
    let ran = folder.runs("images").ends_with(0).says_nothing();
    assert_eq!(
        ran.stdout,
        "alpine:3.20\nghcr.io/acme/side\nmirror.acme.dev/hub/curlimages/curl:8.17.0\nnginx:1.29\n"
    );
    let ran = folder.runs("images --format mirror").ends_with(0);
    let mirrors = "alpine:3.20 mirror.acme.dev/hub/library/alpine:3.20
curlimages/curl:8.17.0 mirror.acme.dev/hub/curlimages/curl:8.17.0
ghcr.io/acme/side mirror.acme.dev/hub/acme/side
nginx:1.29 mirror.acme.dev/hub/library/nginx:1.29
";
    assert_eq!(ran.stdout, mirrors);
    let table = folder.runs("images --format table").ends_with(0);
    table
        .prints("IMAGE ")
        .prints("Deployment/shop step settings (apps/shop.initflow:4)\n")
        .prints("Deployment/shop volume tools (apps/shop.initflow:3)\n");
    let ran = folder.runs("images --format json apps hello.yaml").ends_with(0);
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let nginx = &json["images"][3];
    assert_eq!((&nginx["image"], &nginx["pinnedBy"]), (&"nginx:1.29".into(), &"tag".into()));
    assert_eq!(nginx["usedBy"].as_array().expect("a list").len(), 2);
    assert_eq!(nginx["usedBy"][1]["path"], "hello.yaml");
    assert_eq!(json["images"][1]["pinnedBy"], "nothing");
}

#[test]
fn a_list_is_complete_or_not_printed() {
    let folder = shop().with("apps/broken.initflow", "pod p { app a { } }");
    folder.runs("images").ends_with(1).prints_nothing().says("missing-image");
    let folder = Folder::new().with("a.yaml", MANIFEST);
    folder.runs("images --format mirror a.yaml").ends_with(2).says("no registry");
    folder.runs("images --lock a.yaml").ends_with(2).says("there is no initflow.toml");
}

#[test]
fn locked_images_have_their_digests() {
    let digest = format!("sha256:{}", "0".repeat(64));
    let names =
        ["alpine:3.20", "ghcr.io/acme/side", "mirror.acme.dev/hub/curlimages/curl:8.17.0", "nginx:1.29"];
    let lock =
        names.iter().fold("[images]\n".to_owned(), |all, name| all + &format!("\"{name}\" = \"{digest}\"\n"));
    let folder = shop().with("initflow.lock", &lock);
    let ran = folder.runs("compile").ends_with(0).says_nothing();
    for name in names {
        assert!(ran.stdout.contains(&format!("{name}@{digest}\n")), "{name}");
    }
    folder.runs("check").ends_with(0).says_nothing();
    folder.runs("images").ends_with(0).prints(&format!("nginx:1.29@{digest}\n"));
    // Without a digest, the lock file is out of date.
    let folder = folder.with("initflow.lock", lock.replace("nginx:1.29", "nginx:1.28"));
    folder.runs("compile").ends_with(0).says("warning: `nginx:1.29` is not in initflow.lock\n");
    folder
        .runs("compile --check apps/shop.initflow")
        .ends_with(1)
        .says("error: `nginx:1.29` is not in initflow.lock\n");
    let folder = folder.with("initflow.lock", lock.replace("sha256:0", "sha256:x"));
    folder.runs("compile").ends_with(1).says("initflow.lock:2:").says("invalid-image");
}

/// Locks with a program in the place of `crane`; tests/images/run asks a real registry.
#[cfg(unix)]
#[test]
fn a_lock_file_has_what_a_registry_answers() {
    use std::os::unix::fs::PermissionsExt as _;
    let script = "#!/bin/sh\ncase $2 in\n*side*) echo 'no such image' >&2; exit 1 ;;\n*) printf 'sha256:%064d\\n' 7 ;;\nesac\n";
    let folder = shop().with("bin/crane", script);
    let program = folder.0.join("bin/crane");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("permissions");
    let runs = |arguments: &str, path: &str| {
        let output = folder.command(arguments).env("PATH", path).output().expect("the command ends");
        (output.status.code(), String::from_utf8(output.stderr).expect("UTF-8"))
    };
    let path = format!("{}:/usr/bin:/bin", folder.0.join("bin").display());
    let (status, said) = runs("images --lock", &path);
    assert_eq!(status, Some(2));
    assert!(said.contains("the digest of `ghcr.io/acme/side`: no such image\n"), "{said}");
    assert!(!folder.has("initflow.lock"));
    assert!(runs("images --lock", "/nowhere").1.contains("`crane` or `oras`"));
    let folder = &folder;
    std::fs::write(folder.0.join("apps/shop.initflow"), SHOP.replace("ghcr.io/acme/side", "alpine:3.20"))
        .expect("a file");
    assert_eq!(runs("images --lock", &path), (Some(0), "locked: 3 images in `initflow.lock`\n".to_owned()));
    assert!(folder.text("initflow.lock").ends_with(&format!("\"nginx:1.29\" = \"sha256:{:064}\"\n", 7)));
    folder
        .runs("compile")
        .ends_with(0)
        .prints(&format!("image: nginx:1.29@sha256:{:064}\n", 7))
        .says_nothing();
    // Locked images are locked again.
    assert_eq!(runs("images --lock", &path), (Some(0), "locked: 3 images in `initflow.lock`\n".to_owned()));
}
