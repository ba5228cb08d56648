#!/bin/sh
# Static files in a storage that speaks S3: each revision below a prefix of its own, and an object
# that says which of them is live. Whoever serves the files reads that first.
#
#   PREFIX/revisions/REVISION/…   the artifact's files
#   PREFIX/revisions/REVISION.complete   written after all of them
#   PREFIX/live                   the live revision's name
#
# Asks for: S3_ENDPOINT, S3_BUCKET, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY; takes
# S3_PREFIX (the component's name) and S3_URL (where whoever serves the files shows a revision's).
# Needs curl 7.88 or newer.
set -eu
for name in S3_ENDPOINT S3_BUCKET AWS_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY; do
  eval "[ -n \"\${$name:-}\" ]" || { echo "$name has no value" >&2; exit 77; }
done
prefix=${S3_PREFIX:-$BELAY_COMPONENT}
files=$prefix/revisions/$BELAY_REVISION
complete=$files.complete
nothing=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

# A key as it stands in an address: what RFC 3986 reserves is written in hexadecimal digits.
address() {
  printf '%s' "$1" | od -An -v -tu1 | LC_ALL=C awk '{
    for (i = 1; i <= NF; i++) {
      c = $i
      if ((c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) ||
          c == 45 || c == 46 || c == 47 || c == 95 || c == 126) printf "%c", c
      else printf "%%%02X", c
    }
  }'
}

# The same hash as the storage keeps it: 32 bytes in base 64.
checksum() {
  printf '%b' "$(printf '%s' "$1" | LC_ALL=C awk '{
    digits = "0123456789abcdef"
    for (i = 1; i < 64; i += 2)
      printf "\\0%03o", 16 * (index(digits, substr($0, i, 1)) - 1) + index(digits, substr($0, i + 1, 1)) - 1
  }')" | base64
}

# METHOD KEY SHA256 ARGUMENTS…: sets $status. Keys of access are in no command line.
request() {
  method=$1 key=$2 hash=$3
  shift 3
  status=$(printf 'user = "%s:%s"\n' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" |
    curl --silent --show-error --config - --aws-sigv4 "aws:amz:$AWS_REGION:s3" \
      --request "$method" --header "x-amz-content-sha256: $hash" --max-time 120 \
      --output "$answer" --write-out '%{http_code}' "$@" \
      "$S3_ENDPOINT/$S3_BUCKET/$(address "$key")") || exit 75
}

# Ends where the storage said neither yes nor what was asked for as well.
must() {
  case $status in
    2??) return 0 ;;
    401|403) echo "$1: the storage refuses it ($status)" >&2; exit 77 ;;
    429|5??) echo "$1: the storage says $status" >&2; exit 75 ;;
    *) echo "$1: the storage says $status" >&2; head -c 500 "$answer" >&2; exit 1 ;;
  esac
}

kind() {
  case $1 in
    *.html|*.htm) echo 'text/html; charset=utf-8' ;;
    *.css) echo 'text/css; charset=utf-8' ;;
    *.js|*.mjs) echo 'text/javascript; charset=utf-8' ;;
    *.json|*.map) echo application/json ;;
    *.svg) echo image/svg+xml ;;
    *.png) echo image/png ;;
    *.jpg|*.jpeg) echo image/jpeg ;;
    *.webp) echo image/webp ;;
    *.ico) echo image/x-icon ;;
    *.woff2) echo font/woff2 ;;
    *.wasm) echo application/wasm ;;
    *.txt) echo 'text/plain; charset=utf-8' ;;
    *) echo application/octet-stream ;;
  esac
}

# KEY TEXT
note() {
  hash=$(printf '%s' "$2" | sha256sum | cut -d ' ' -f 1)
  request PUT "$1" "$hash" --header 'content-type: text/plain; charset=utf-8' \
    --header "x-amz-checksum-sha256: $(checksum "$hash")" --data-binary "$2"
  must "$1"
}

# Which revision is live: empty when none is.
live() {
  request GET "$prefix/live" "$nothing"
  [ "$status" = 404 ] || { must "$prefix/live"; cat "$answer"; }
}

case $1 in
  deploy)
    find . -type f | LC_ALL=C sort | while IFS= read -r file; do
      hash=$(sha256sum < "$file" | cut -d ' ' -f 1)
      request PUT "$files/${file#./}" "$hash" --header "content-type: $(kind "$file")" \
        --header "x-amz-checksum-sha256: $(checksum "$hash")" --data-binary "@$file"
      must "${file#./}"
    done
    note "$complete" "$BELAY_ARTIFACT"
    if [ -n "${S3_URL:-}" ]; then
      printf '{"deployment": "%s", "url": "%s"}\n' "$files" "${S3_URL%/}/$files"
    else printf '{"deployment": "%s"}\n' "$files"; fi ;;
  observe)
    request GET "$complete" "$nothing"
    if [ "$status" = 404 ]; then echo '{"state": "absent"}'; exit; fi
    must "$complete"
    if [ "$(live)" = "$BELAY_REVISION" ]; then echo '{"state": "live"}'
    else echo '{"state": "ready"}'; fi ;;
  promote|rollback) note "$prefix/live" "$BELAY_REVISION" ;;
  remove)
    if [ "$(live)" = "$BELAY_REVISION" ]; then
      request DELETE "$prefix/live" "$nothing"
      must "$prefix/live"
    fi
    request DELETE "$complete" "$nothing"
    [ "$status" = 404 ] || must "$complete"
    find . -type f | while IFS= read -r file; do
      request DELETE "$files/${file#./}" "$nothing"
      [ "$status" = 404 ] || must "${file#./}"
    done ;;
  *) echo "nothing is known of $1" >&2; exit 1 ;;
esac
