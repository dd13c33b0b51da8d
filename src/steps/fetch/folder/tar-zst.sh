content() { run zstd -dcq "$to"; }
unpack() { run zstd -tq "$to" && zstd -dcq "$to" | run tar -xof - -C "$new"; }
