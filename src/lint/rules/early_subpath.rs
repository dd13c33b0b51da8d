//! # early-subpath
//! A container mounts a part of a volume that only a sidecar makes.
//!
//! The kubelet looks for the part when the container is created. A sidecar writes whenever it comes to it: if the part is not there yet, an empty folder is mounted in its place, and stays so, even where a file was meant. Mount the whole volume, or let a step make the part. There is no fix to apply.
//!
//! ```initflow fails
//! pod shop {
//!   volume creds memory 1Mi
//!   sidecar agent {
//!     image "hashicorp/vault:1.20"
//!     port 8200
//!     started tcp 8200
//!     writes creds at /out
//!   }
//!   app web {
//!     image "nginx:1.29"
//!     reads creds at /etc/shop/key.pem sub "key.pem"
//!   }
//! }
//! ```
//!
//! ```initflow
//! pod shop {
//!   volume creds memory 1Mi
//!   sidecar agent {
//!     image "hashicorp/vault:1.20"
//!     port 8200
//!     started tcp 8200
//!     writes creds at /out
//!   }
//!   app web {
//!     image "nginx:1.29"
//!     reads creds at /etc/shop
//!   }
//! }
//! ```

use crate::diagnostic::Diagnostic;
use crate::lint::Pod;
use crate::model::{Direction, Role, Storage};

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let containers = &pod.workload.containers;
    for (at, reader) in pod.containers() {
        for mount in reader.mounts.iter().filter(|mount| mount.direction == Direction::Reads) {
            let (Some(sub), Some(index)) = (mount.sub.as_deref(), mount.index) else { continue };
            let Some(volume) = pod.workload.volumes.get(index) else { continue };
            if !matches!(volume.storage, Storage::Scratch | Storage::Memory) {
                continue;
            }
            let writers = || {
                containers.iter().enumerate().filter(|(other, _)| *other != at).filter(|(_, container)| {
                    container
                        .mounts
                        .iter()
                        .any(|mount| mount.index == Some(index) && mount.direction != Direction::Reads)
                })
            };
            // With a part of its own, the sidecar's mount makes that folder before it starts.
            let folder = writers().any(|(_, writer)| {
                writer
                    .mounts
                    .iter()
                    .any(|mount| mount.index == Some(index) && mount.sub.as_deref() == Some(sub))
            });
            if folder || writers().any(|(_, writer)| writer.role != Role::Sidecar) {
                continue;
            }
            let Some((_, sidecar)) = writers().next() else { continue };
            found.push(
                Diagnostic::warning(
                    "early-subpath",
                    mount.span,
                    format!(
                        "`{}` mounts `{sub}`, which `{}` may not have made yet",
                        reader.name.text, sidecar.name.text
                    ),
                )
                .here("an empty folder is mounted where it is missing")
                .label(sidecar.name.span, "a sidecar writes when it comes to it")
                .help(format!("mount all of `{}`, or let a step make `{sub}`", volume.name.text)),
            );
        }
    }
}
