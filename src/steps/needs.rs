//! Lists what the steps need: what the compiler requests where the source says nothing.
//!
//! Memory is the most that the processes of a step had together in `tests/steps/measure`, rounded up. CPU is what keeps a
//! step going on a busy node: a step gets more as long as nobody else needs it.

use super::Image;

/// What a step needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// CPU.
    pub cpu: &'static str,
    /// Memory.
    pub memory: &'static str,
}

impl Needs {
    /// What a `copy` needs that runs in the image that it copies from.
    pub(crate) const IN_IMAGE: Self = Image::Copy.needs();
    /// What a `migrate` needs whose tool comes with the application.
    pub(crate) const OF_APPLICATION: Self = Self { cpu: "10m", memory: "96Mi" };

    /// The amounts by resource.
    pub(crate) fn amounts(self) -> [(&'static str, &'static str); 2] {
        [("cpu", self.cpu), ("memory", self.memory)]
    }
}

impl Image {
    /// What a step in this image needs.
    ///
    /// ```
    /// use initflow::compile::Image;
    ///
    /// assert_eq!(Image::Git.needs().memory, "32Mi");
    /// ```
    pub const fn needs(self) -> Needs {
        let (cpu, memory) = match self {
            Self::Copy | Self::Own | Self::Render => ("10m", "8Mi"),
            Self::FetchHttps
            | Self::Secrets
            | Self::Wait
            | Self::WaitPostgres
            | Self::WaitMysql
            | Self::GolangMigrate => ("10m", "16Mi"),
            Self::FetchOci | Self::Git => ("10m", "32Mi"),
            Self::Atlas | Self::SecretsAws => ("10m", "64Mi"),
            Self::FetchStorage => ("10m", "96Mi"),
            Self::Flyway | Self::Liquibase => ("10m", "192Mi"),
        };
        Needs { cpu, memory }
    }
}
