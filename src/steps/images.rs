//! The images of the built-in steps: one table.
//!
//! Invariant: every image carries a tag, has `sh`, and runs as any user.

/// The default image of a built-in step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Image {
    /// `fetch` from `https://` and `http://`.
    FetchHttps,
    /// `fetch` from `s3://`.
    FetchS3,
    /// `clone`; it needs `git` and `ssh`.
    Git,
    /// `wait`; it needs `curl`, `getent`, and an `nc` that knows `-z`.
    Wait,
    /// `wait` for `postgres`; it needs `psql`, and for other conditions what [`Self::Wait`] has, but `curl`.
    WaitPostgres,
    /// `wait` for `mysql`; it needs `mariadb` or `mysql`, and `getent`.
    WaitMysql,
}

impl Image {
    /// Every image.
    pub const ALL: [Self; 6] =
        [Self::FetchHttps, Self::FetchS3, Self::Git, Self::Wait, Self::WaitPostgres, Self::WaitMysql];

    /// Those of `wait`, in the order of preference.
    pub const WAIT: [Self; 3] = [Self::Wait, Self::WaitPostgres, Self::WaitMysql];

    /// The name under which an organisation can put another image in its place.
    pub const fn key(self) -> &'static str {
        match self {
            Self::FetchHttps => "fetch-https",
            Self::FetchS3 => "fetch-s3",
            Self::Git => "clone",
            Self::Wait => "wait",
            Self::WaitPostgres => "wait-postgres",
            Self::WaitMysql => "wait-mysql",
        }
    }

    /// The reference of the image that the compiler takes.
    pub const fn reference(self) -> &'static str {
        match self {
            // Alpine with curl.
            Self::FetchHttps | Self::Wait => "curlimages/curl:8.17.0",
            // Alpine with Git and OpenSSH.
            Self::Git => "alpine/git:v2.52.0",
            // Alpine with PostgreSQL, whose `psql` speaks to older servers too.
            Self::WaitPostgres => "postgres:18.6-alpine",
            // Ubuntu with MariaDB, whose client speaks to MySQL too.
            Self::WaitMysql => "mariadb:11.8.9",
            // Amazon Linux with the AWS CLI.
            Self::FetchS3 => "amazon/aws-cli:2.32.9",
        }
    }
}
