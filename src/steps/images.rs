//! Lists the images of the built-in steps in one table, which an organization can replace.
//!
//! Invariant: every image of the table has a tag, contains `sh`, and runs as any user.

use crate::kubernetes::image;
use smol_str::{SmolStr, format_smolstr};
use std::collections::BTreeMap;

/// The default image of a built-in step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Image {
    /// `fetch` from `https://` and `http://`.
    FetchHttps,
    /// `fetch` from `s3://`, `gs://` and `az://`.
    FetchStorage,
    /// `fetch` from `oci://`.
    FetchOci,
    /// `clone`; needs `git` and `ssh`.
    Git,
    /// `wait`; needs `awk`, `curl`, `getent`, and an `nc` that supports `-z`.
    Wait,
    /// `wait` for `postgres`; needs `psql`, and for other conditions what [`Self::Wait`] has, except `curl`.
    WaitPostgres,
    /// `wait` for `mysql`; needs `mariadb` or `mysql`, `awk` and `getent`.
    WaitMysql,
    /// `copy` from an image that is mounted as a volume.
    Copy,
    /// `own`; needs a `find` that supports `-exec … +`.
    Own,
    /// `render`; needs `awk` and `printenv`.
    Render,
    /// `migrate` with `flyway`, including its drivers.
    Flyway,
    /// `migrate` with `liquibase`; the last series of versions that includes drivers.
    Liquibase,
    /// `migrate` with `golang-migrate`; needs `awk`.
    GolangMigrate,
    /// `migrate` with `atlas`; needs `awk` and `sh`, which only images with `alpine` in the tag contain.
    Atlas,
    /// `secrets` from Vault, Google Cloud and Azure; needs `curl`.
    Secrets,
    /// `secrets` from AWS.
    SecretsAws,
}

impl Image {
    /// Every image.
    pub const ALL: [Self; 16] = [
        Self::FetchHttps,
        Self::FetchStorage,
        Self::FetchOci,
        Self::Git,
        Self::Wait,
        Self::WaitPostgres,
        Self::WaitMysql,
        Self::Copy,
        Self::Own,
        Self::Render,
        Self::Flyway,
        Self::Liquibase,
        Self::GolangMigrate,
        Self::Atlas,
        Self::Secrets,
        Self::SecretsAws,
    ];

    /// Those of `wait`, in order of preference.
    pub const WAIT: [Self; 3] = [Self::Wait, Self::WaitPostgres, Self::WaitMysql];

    /// The key by which an organization replaces the image with another.
    ///
    /// ```
    /// use initflow::compile::Image;
    ///
    /// assert_eq!(Image::Git.key(), "clone");
    /// ```
    pub const fn key(self) -> &'static str {
        match self {
            Self::FetchHttps => "fetch-https",
            Self::FetchStorage => "fetch-storage",
            Self::FetchOci => "fetch-oci",
            Self::Git => "clone",
            Self::Wait => "wait",
            Self::WaitPostgres => "wait-postgres",
            Self::WaitMysql => "wait-mysql",
            Self::Copy => "copy",
            Self::Own => "own",
            Self::Render => "render",
            Self::Flyway => "migrate-flyway",
            Self::Liquibase => "migrate-liquibase",
            Self::GolangMigrate => "migrate-golang-migrate",
            Self::Atlas => "migrate-atlas",
            Self::Secrets => "secrets",
            Self::SecretsAws => "secrets-aws",
        }
    }

    /// The reference of the image that the compiler uses.
    ///
    /// ```
    /// use initflow::compile::Image;
    ///
    /// assert!(Image::Git.reference().starts_with("alpine/git:"));
    /// ```
    pub const fn reference(self) -> &'static str {
        match self {
            // Alpine with curl.
            Self::FetchHttps | Self::Wait | Self::Copy | Self::Own | Self::Render | Self::Secrets => {
                "curlimages/curl:8.17.0"
            }
            // Alpine with Git and OpenSSH.
            Self::Git => "alpine/git:v2.52.0",
            // Alpine with PostgreSQL, whose `psql` speaks to older servers too.
            Self::WaitPostgres => "postgres:18.6-alpine",
            // Ubuntu with MariaDB, whose client speaks to MySQL too.
            Self::WaitMysql => "mariadb:11.8.9",
            // Alpine with rclone.
            Self::FetchStorage => "rclone/rclone:1.75.2",
            // Alpine with oras.
            Self::FetchOci => "ghcr.io/oras-project/oras:v1.3.6",
            // Ubuntu with Java.
            Self::Flyway => "flyway/flyway:11.20.2",
            Self::Liquibase => "liquibase/liquibase:4.33.0",
            // Alpine with the tool.
            Self::GolangMigrate => "migrate/migrate:v4.19.1",
            Self::Atlas => "arigaio/atlas:0.35.0-community-alpine",
            // Amazon Linux with the AWS CLI.
            Self::SecretsAws => "amazon/aws-cli:2.32.9",
        }
    }

    /// The steps that run in it.
    ///
    /// ```
    /// use initflow::compile::Image;
    ///
    /// assert_eq!(Image::Git.purpose(), "`clone`");
    /// ```
    pub const fn purpose(self) -> &'static str {
        match self {
            Self::FetchHttps => "`fetch` from `https://` and `http://`",
            Self::FetchStorage => "`fetch` from `s3://`, `gs://` and `az://`",
            Self::FetchOci => "`fetch` from `oci://`",
            Self::Git => "`clone`",
            Self::Wait => {
                "`wait` for anything except `postgres` and `mysql`, and for the Job of a step with `once`"
            }
            Self::WaitPostgres => "`wait` for `postgres`",
            Self::WaitMysql => "`wait` for `mysql`",
            Self::Copy => "`copy` from an image that is mounted as a volume",
            Self::Own => "`own`",
            Self::Render => "`render`",
            Self::Flyway => "`migrate` with `flyway`",
            Self::Liquibase => "`migrate` with `liquibase`",
            Self::GolangMigrate => "`migrate` with `golang-migrate`",
            Self::Atlas => "`migrate` with `atlas`",
            Self::Secrets => "`secrets` from Vault, Google Cloud and Azure",
            Self::SecretsAws => "`secrets` from AWS",
        }
    }

    /// The image with this key.
    ///
    /// ```
    /// use initflow::compile::Image;
    ///
    /// assert_eq!(Image::keyed("clone"), Some(Image::Git));
    /// ```
    pub fn keyed(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|image| image.key() == key)
    }
}

/// The images that the built-in steps start from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Images {
    /// The registry, possibly with a folder, that has the images of the table under their own names.
    pub registry: Option<SmolStr>,
    /// Images that replace those of the table; the last of a kind counts.
    pub own: Vec<(Image, SmolStr)>,
    /// The digests of images, of the sources' own ones, too, by their references.
    pub locked: BTreeMap<SmolStr, SmolStr>,
}

impl Images {
    /// The reference of an image.
    ///
    /// ```
    /// use initflow::compile::{Image, Images};
    ///
    /// let images = Images { registry: Some("mirror.acme.dev/hub".into()), ..Images::default() };
    /// assert!(images.reference(Image::Git).starts_with("mirror.acme.dev/hub/alpine/git:"));
    /// ```
    pub fn reference(&self, image: Image) -> SmolStr {
        if let Some((_, own)) = self.own.iter().rev().find(|(kind, _)| *kind == image) {
            return own.clone();
        }
        let reference = image.reference();
        match &self.registry {
            None => SmolStr::new_static(reference),
            Some(registry) => mirrored(registry, reference),
        }
    }

    /// Where an image comes from: for one of a built-in step, the image that the registry has a copy of.
    #[cfg_attr(not(feature = "cli"), allow(dead_code))]
    pub(crate) fn upstream<'i>(&self, reference: &'i str) -> &'i str {
        let copied = |image: &Image| self.reference(*image) == reference;
        let built_in = Image::ALL.into_iter().find(copied).filter(|_| self.registry.is_some());
        built_in
            .map(Image::reference)
            .filter(|_| self.own.iter().all(|(_, own)| own != reference))
            .unwrap_or(reference)
    }

    /// The place of an image in the registry, if there is one.
    #[cfg_attr(not(feature = "cli"), allow(dead_code))]
    pub(crate) fn mirror(&self, reference: &str) -> Option<SmolStr> {
        let registry = self.registry.as_ref()?;
        let is_there = reference.strip_prefix(registry.as_str()).is_some_and(|rest| rest.starts_with('/'));
        Some(if is_there { reference.into() } else { mirrored(registry, reference) })
    }
}

/// An image in a registry that has it under its own name.
fn mirrored(registry: &str, reference: &str) -> SmolStr {
    format_smolstr!("{registry}/{}", image::path(reference))
}

#[cfg(test)]
mod tests {
    use super::{Image, Images};
    use crate::kubernetes::image::fault;

    #[test]
    fn every_image_is_pinned_and_known_by_its_key() {
        for image in Image::ALL {
            assert_eq!(fault(image.reference()), None);
            let tag = image.reference().rsplit_once(':').map_or("", |(_, tag)| tag);
            assert!(tag.contains('.'), "`{}` is not an exact version", image.reference());
            assert_eq!(Image::keyed(image.key()), Some(image));
        }
        assert_eq!(Image::keyed("fetch"), None);
    }

    #[test]
    fn an_image_of_its_own_wins_over_the_registry() {
        let images = Images {
            registry: Some("mirror.acme.dev/hub".into()),
            own: vec![(Image::FetchHttps, "mirror.acme.dev/curl:8".into())],
            ..Images::default()
        };
        assert_eq!(images.reference(Image::FetchHttps), "mirror.acme.dev/curl:8");
        assert_eq!(images.reference(Image::Wait), "mirror.acme.dev/hub/curlimages/curl:8.17.0");
        assert_eq!(Images::default().reference(Image::Wait), "curlimages/curl:8.17.0");
    }
}
