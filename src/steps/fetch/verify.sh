# Whether the file $1 has the right checksum.
verify() {
  found=$(run sha256sum <"$1")
  found=${found%% *}
  [ "$found" = "$INITFLOW_SHA256" ]
}
