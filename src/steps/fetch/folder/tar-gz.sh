content() { run gzip -dc "$to"; }
unpack() { run tar -xzof "$to" -C "$new"; }
