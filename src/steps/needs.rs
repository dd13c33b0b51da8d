//! Lists what the steps need, by the image that they run in: what the compiler requests where the source says nothing.
//!
//! The figures are those of `tests/steps/measure`, rounded up: the most memory that the processes of a step had together. CPU
//! is what keeps a step going on a busy node: a step takes more as long as nobody else needs it.

use super::{Image, StepKind};

/// What one step needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Needs {
    /// CPU.
    pub cpu: &'static str,
    /// Memory.
    pub memory: &'static str,
}

impl Needs {
    /// What a step of a kind needs that runs in an image of the compiler's, or in one of the author's.
    pub(crate) const fn of(kind: StepKind, image: Option<Image>) -> Self {
        let (cpu, memory) = match image {
            Some(Image::Copy | Image::Own | Image::Render) => ("10m", "8Mi"),
            Some(Image::Wait | Image::WaitPostgres | Image::WaitMysql) => ("10m", "16Mi"),
            Some(Image::FetchHttps | Image::Secrets) => ("10m", "16Mi"),
            Some(Image::Git) => ("10m", "32Mi"),
            Some(Image::FetchStorage | Image::FetchOci | Image::SecretsAws) => ("10m", "64Mi"),
            Some(Image::GolangMigrate | Image::Atlas) => ("10m", "64Mi"),
            Some(Image::Flyway | Image::Liquibase) => ("100m", "256Mi"),
            // The tools of `migrate` that the application brings.
            None if matches!(kind, StepKind::Migrate) => ("10m", "128Mi"),
            None => ("10m", "8Mi"),
        };
        Self { cpu, memory }
    }

    /// The amounts by resource.
    pub(crate) fn amounts(self) -> [(&'static str, &'static str); 2] {
        [("cpu", self.cpu), ("memory", self.memory)]
    }
}
