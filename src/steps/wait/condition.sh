# As `kubectl wait` sees it: what a condition says of an earlier generation does not count.
check_condition() {
  name="$object ${condition%=True}" now='holds'
  seek "$path" "object ${scope:-in namespace $space}" && judge '
    function line(path) { return fact("status.conditions." found "." path) }
    END {
      for (number = 0; ("status.conditions." number ".type") in at; number++)
        if (tolower(at["status.conditions." number ".type"]) == tolower(wanted)) found = number ""
      if (found == "") {
        print "it has no condition " wanted " yet"
        exit 1
      }
      seen = line("observedGeneration")
      if (seen == "") seen = fact("status.observedGeneration")
      if (seen != "" && seen + 0 < fact("metadata.generation") + 0) {
        print "its controller has not seen the last change yet"
        exit 1
      }
      if (line("status") == status) exit 0
      print "it is " line("status") (line("reason") == "" ? "" : ": " line("reason")) (line("message") == "" ? "" : ", " line("message"))
      exit 1
    }
  ' "${condition%=*}" "${condition##*=}"
}
