publish "$base"
say "$into has commit $commit"
