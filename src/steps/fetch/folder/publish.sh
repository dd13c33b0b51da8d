publish "$base"
