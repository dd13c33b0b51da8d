copy "$from" "$base" -H
