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
    /// `wait`; it needs `curl`, and an `nc` that knows `-z`.
    Wait,
}

impl Image {
    /// Every image.
    pub const ALL: [Self; 3] = [Self::FetchHttps, Self::FetchS3, Self::Wait];

    /// The name under which an organisation can put another image in its place.
    pub const fn key(self) -> &'static str {
        match self {
            Self::FetchHttps => "fetch-https",
            Self::FetchS3 => "fetch-s3",
            Self::Wait => "wait",
        }
    }

    /// The reference of the image that the compiler takes.
    pub const fn reference(self) -> &'static str {
        match self {
            // Alpine with curl.
            Self::FetchHttps | Self::Wait => "curlimages/curl:8.17.0",
            // Amazon Linux with the AWS CLI.
            Self::FetchS3 => "amazon/aws-cli:2.32.9",
        }
    }
}
