#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# bisect.sh OPINE: `git bisect run opine gate` finds the commit that broke an
# encoder's option, past one that does not build. Exits with 77 without tools.

set -euo pipefail

opine=$1
reference=$(cd "$(dirname "$0")/../testvectors/ref" && pwd)
for tool in git opusenc; do
    command -v "$tool" > /dev/null || exit 77
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work GIT_CONFIG_NOSYSTEM=1
cd "$work"
git init -q codec
cd codec
git config user.name test
git config user.email test@example.invalid

# commit MESSAGE OPTIONS: the encoder, as it is at that commit
commit() {
    cat > encode << END
#!/bin/sh
set -e
rm -f man.opus woman.opus
opusenc --quiet $2 $reference/man.flac man.opus
opusenc --quiet $2 $reference/woman.flac woman.opus
END
    chmod +x encode
    echo "$1" > NEWS
    git add encode NEWS
    git commit -q -m "$1"
}

cat > ../manifest.csv << END
ref,deg,group
$reference/man.flac,codec/man.opus,speech
$reference/woman.flac,codec/woman.opus,speech
END

commit first '--bitrate 32'
good=$(git rev-parse HEAD)
commit second '--bitrate 32 --comp 9'
commit 'does not build' '--no-such-option'
commit third '--bitrate 32 --comp 8'
commit broken '--bitrate 6 --comp 8'
broken=$(git rev-parse HEAD)
commit fourth '--bitrate 6 --comp 9'
commit fifth '--bitrate 6 --comp 10'

git checkout -q "$good"
./encode
"$opine" gate ../manifest.csv --baseline ../base.json --update-baseline --quiet
git checkout -q -

git bisect start HEAD "$good" > /dev/null
git bisect run sh -c './encode 2> /dev/null; '"$opine"' gate ../manifest.csv \
    --baseline ../base.json --bisect --quiet' > ../log 2>&1 || {
    cat ../log
    exit 1
}
found=$(git rev-parse refs/bisect/bad)
[ "$found" = "$broken" ] || {
    cat ../log
    echo "found $(git log -1 --format=%s "$found"), not the broken one"
    exit 1
}
git bisect reset > /dev/null 2>&1

# The commit that does not build cannot be tested.
git checkout -q HEAD~4
./encode > /dev/null 2>&1 && exit 1
code=0
"$opine" gate ../manifest.csv --baseline ../base.json --bisect --quiet \
    2> /dev/null || code=$?
[ "$code" = 125 ]
echo "found the commit named broken"
