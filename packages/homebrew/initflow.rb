class Initflow < Formula
  desc "Compiler for how a Kubernetes pod starts"
  homepage "HOMEPAGE"
  version "VERSION"
  license "Apache-2.0"

  on_macos do
    on_arm do
      url "URL(darwin-arm64)"
      sha256 "SHA256(darwin-arm64)"
    end
    on_intel do
      url "URL(darwin-x64)"
      sha256 "SHA256(darwin-x64)"
    end
  end

  on_linux do
    on_arm do
      url "URL(linux-arm64)"
      sha256 "SHA256(linux-arm64)"
    end
    on_intel do
      url "URL(linux-x64)"
      sha256 "SHA256(linux-x64)"
    end
  end

  def install
    bin.install "bin/initflow"
    man1.install Dir["share/man/man1/*"]
    bash_completion.install "share/bash-completion/completions/initflow"
    zsh_completion.install "share/zsh/site-functions/_initflow"
    fish_completion.install "share/fish/vendor_completions.d/initflow.fish"
  end

  test do
    (testpath/"shop.initflow").write <<~INITFLOW
      pod shop {
        app web {
          image "nginx:1.29"
        }
      }
    INITFLOW
    assert_match "kind: Pod", shell_output("#{bin}/initflow compile shop.initflow")
  end
end
