config() { printf '%s\n' "$url" | sed 's/[\\"]/\\&/g; s/.*/url = "&"/'; }
