/// The shell check that travels in every bundle.
///
/// It uses nothing of ours: openssl, sha256sum and the POSIX tools. It follows the same steps as the verifier and must
/// reach the same verdict; a test flips bytes and compares the two.
enum BundleScript {
    static let text = #"""
        #!/bin/sh
        # Checks this proof bundle with openssl, sha256sum and POSIX tools only.
        #   sh verify.sh [roots.pem]
        # roots.pem: certificates you trust. Without it the bundle's own are used, which proves less.
        # Prints one line a check; the last line is the verdict; exit status 0 only if it is SOUND.
        LC_ALL=C
        export LC_ALL
        case "${1:-}" in
            '') roots= ;;
            /*) roots=$1 ;;
            *) roots=$PWD/$1 ;;
        esac
        cd "$(dirname "$0")" || exit 1
        work=$(mktemp -d) || exit 1
        trap 'rm -rf "$work"' EXIT
        faults=0
        ok() { printf 'ok     %s\n' "$*"; }
        fault() { printf 'FAULT  %s\n' "$*"; faults=$((faults + 1)); }
        note() { printf 'note   %s\n' "$*"; }
        b64hash() { openssl dgst -sha256 -binary "$1" | base64; }
        # The instant a token states, in seconds; 0 if it cannot be read.
        token_time() {
            t=$(openssl ts -reply -token_in -in "$1" -text 2>/dev/null | sed -n 's/^Time stamp: //p')
            if [ -n "$t" ]; then date -u -d "$t" +%s 2>/dev/null || echo 0; else echo 0; fi
        }
        # token, data: verified with its own time, because a token outlives its certificate.
        token_ok() {
            openssl ts -verify -token_in -in "$1" -data "$2" -CAfile "$roots" -attime "$(token_time "$1")" \
                >/dev/null 2>&1
        }

        manifest=META-INF/ASiCManifest001.xml
        signature=META-INF/signature001.p7s
        if [ -z "$roots" ]; then
            roots=$PWD/certificates/roots.pem
            note 'trust: no roots given, those of the bundle are used; compare them with a source of your own'
        fi
        [ -s "$roots" ] || fault "trust: no certificate in $roots"

        # 1. The manifest lists every file with its SHA-256.
        if [ -f "$manifest" ]; then
            sed -n 's|^<asic:DataObjectReference URI="\([^"]*\)".*<ds:DigestValue>\([^<]*\)</ds:DigestValue>.*|\2 \1|p' \
                "$manifest" >"$work/listed"
        else
            : >"$work/listed"
            fault "manifest: $manifest is missing"
        fi
        [ -s "$work/listed" ] || fault 'manifest: it lists nothing'
        while read -r digest name; do
            if [ ! -f "$name" ]; then fault "manifest: $name is missing"
            elif [ "$(b64hash "$name")" != "$digest" ]; then fault "manifest: $name was altered"; fi
        done <"$work/listed"
        [ "$(cat mimetype 2>/dev/null)" = application/vnd.etsi.asic-e+zip ] || fault 'manifest: mimetype was altered'
        { sed 's/^[^ ]* //' "$work/listed"; printf '%s\n' mimetype "$manifest" "$signature"; } | sort >"$work/allowed"
        find . -type f | sed 's|^\./||' | sort >"$work/found"
        for name in $(comm -13 "$work/allowed" "$work/found"); do fault "manifest: $name is not listed"; done

        # 2. The signature over the manifest, and the timestamp inside it.
        openssl asn1parse -inform DER -in "$signature" >"$work/asn1" 2>/dev/null
        # The signature value is the octet string just before the unsigned attributes, [1] at its depth.
        awk -F'[:= ]+' '
            /OCTET STRING/ { octets = $0 }
            /cons: *cont \[ 1 \]/ { value = octets }
            /id-smime-aa-timeStampToken/ { found = 1; next }
            found && /cons: *SEQUENCE/ { token = $0; found = 0 }
            function place(line,   f) {
                match(line, /^ *[0-9]+/); f = substr(line, 1, RLENGTH) + 0
                match(line, /hl=[0-9]+/); h = substr(line, RSTART + 3, RLENGTH - 3) + 0
                match(line, /l= *[0-9]+ (prim|cons)/); l = substr(line, RSTART + 2, RLENGTH - 6) + 0
                return f
            }
            END {
                if (token != "" && value != "") {
                    at = place(value); print at + h, l
                    at = place(token); print at, h + l
                }
            }' "$work/asn1" >"$work/places"
        signed_at=$(openssl cms -cmsout -print -inform DER -in "$signature" 2>/dev/null |
            sed -n '/signingTime/,/TIME/s/.*TIME:\(.*\)/\1/p' | head -n 1)
        signed_at=$(date -u -d "${signed_at:-invalid}" +%s 2>/dev/null || echo 0)
        if [ -s "$work/places" ]; then
            { read -r at length; tail -c +$((at + 1)) "$signature" | head -c "$length" >"$work/value"
              read -r at length; tail -c +$((at + 1)) "$signature" | head -c "$length" >"$work/token"; } <"$work/places"
            if token_ok "$work/token" "$work/value"; then
                ok "signature timestamp: $(date -u -d "@$(token_time "$work/token")" +%Y-%m-%dT%H:%M:%SZ)"
                signed_at=$(token_time "$work/token")
            else fault 'signature timestamp: not sound or not trusted'; fi
        else note 'signature timestamp: there is none'; fi
        if openssl cms -verify -cades -binary -inform DER -in "$signature" -content "$manifest" -CAfile "$roots" \
            -purpose any -attime "$signed_at" -out /dev/null >/dev/null 2>"$work/error"; then ok 'signature: sound'
        else fault "signature: $(head -n 1 "$work/error")"; fi

        # 3. Checkpoints: the log key's signature, and the timestamp over the whole file.
        for file in log/*.checkpoint; do
            [ -f "$file" ] || { fault 'log: no checkpoint'; continue; }
            sed '/^$/,$d' "$file" >"$work/text"
            awk '/^\342\200\224 / { print $3; exit }' "$file" | base64 -d 2>/dev/null | tail -c +5 >"$work/sig"
            sound=no
            for key in keys/log-*.pem; do
                openssl pkeyutl -verify -pubin -inkey "$key" -rawin -in "$work/text" -sigfile "$work/sig" \
                    >/dev/null 2>&1 && sound=yes
            done
            size=$(sed -n 2p "$file")
            [ "$file" = "log/$size.checkpoint" ] || sound=no
            if [ $sound = yes ]; then ok "checkpoint $size: signed by $(sed -n 1p "$file")"
            else fault "checkpoint: $file has no sound signature"; fi
            if [ ! -f "log/$size.tst" ]; then note "checkpoint $size: awaiting timestamp"
            elif token_ok "log/$size.tst" "$file"; then
                ok "checkpoint $size: existed at $(date -u -d "@$(token_time "log/$size.tst")" +%Y-%m-%dT%H:%M:%SZ)"
            else fault "checkpoint $size: its timestamp is not sound or not trusted"; fi
        done

        # 4. Entries: the body's signature, and the path from its hash to a checkpoint's root (RFC 6962).
        notice=$(sed -n 's/.*"notice":"\([^"]*\)".*/\1/p' completeness.json)
        count=0
        leaves=
        for proof in entries/*.tlog-proof; do
            [ -f "$proof" ] || { fault 'entries: there are none'; continue; }
            stem=${proof%.tlog-proof}
            count=$((count + 1))
            if [ -f "$stem.json" ]; then
                key=keys/entry-$(sed -n 's/.*"key":"\([0-9a-f]*\)".*/\1/p' "$stem.json").pem
                if openssl dgst -sha256 -verify "$key" -signature "$stem.sig" "$stem.json" >/dev/null 2>&1; then :
                else fault "$stem: the signature does not fit"; fi
                grep -q "\"notice\":\"$notice\"" "$stem.json" || fault "$stem: it is about another notice"
                openssl dgst -sha256 -binary "$stem.json" >"$work/commitment"
            else base64 -d "$stem.commitment" >"$work/commitment" 2>/dev/null; fi
            sed '1,/^$/d' "$proof" >"$work/checkpoint"
            size=$(sed -n 2p "$work/checkpoint")
            cmp -s "$work/checkpoint" "log/$size.checkpoint" || fault "$stem: its checkpoint is not in the bundle"
            index=$(sed -n 's/^index \([0-9][0-9]*\)$/\1/p' "$proof" | head -n 1)
            case "$index$size" in
                *[!0-9]* | '') fault "$stem: the proof cannot be read"; continue ;;
            esac
            leaves=$leaves${leaves:+,}$index
            { printf '\000'; cat "$work/commitment"; } | openssl dgst -sha256 -binary >"$work/hash"
            first=$index
            last=$((size - 1))
            [ "$first" -le "$last" ] || fault "$stem: leaf $index is outside the log"
            broken=no
            for line in $(sed -n '1d;2d;/^$/q;p' "$proof"); do
                [ "$last" -gt 0 ] || broken=yes
                printf %s "$line" | base64 -d >"$work/sibling" 2>/dev/null
                if [ $((first % 2)) -eq 1 ] || [ "$first" -eq "$last" ]; then
                    { printf '\001'; cat "$work/sibling" "$work/hash"; } | openssl dgst -sha256 -binary >"$work/next"
                    while [ $((first % 2)) -eq 0 ] && [ "$first" -gt 0 ]; do
                        first=$((first / 2)); last=$((last / 2))
                    done
                else
                    { printf '\001'; cat "$work/hash" "$work/sibling"; } | openssl dgst -sha256 -binary >"$work/next"
                fi
                mv "$work/next" "$work/hash"
                first=$((first / 2)); last=$((last / 2))
            done
            if [ $broken = no ] && [ "$last" -eq 0 ] &&
                [ "$(base64 <"$work/hash")" = "$(sed -n 3p "$work/checkpoint")" ]
            then ok "$stem: leaf $index of the log at $size"
            else fault "$stem: the path does not lead to the log's root"; fi
        done

        # 5. Nothing was left out: the signed statement names the same leaves.
        if [ "$(sed -n 's/.*"leaves":\[\([0-9,]*\)\].*/\1/p' completeness.json)" = "$leaves" ] &&
            grep -q "\"entries\":$count," completeness.json
        then ok "completeness: $count entries, as stated"
        else fault 'completeness: the entries are not those of the statement'; fi

        # 6. The documents: an entry names the hash of what was served, and each seal is over these bytes.
        for file in documents/*; do
            [ -f "$file" ] || continue
            case "$file" in
                *.p7s)
                    sealed_at=$(openssl cms -cmsout -print -inform DER -in "$file" 2>/dev/null |
                        sed -n '/signingTime/,/TIME/s/.*TIME:\(.*\)/\1/p' | head -n 1)
                    sealed_at=$(date -u -d "${sealed_at:-invalid}" +%s 2>/dev/null || echo 0)
                    if openssl cms -verify -cades -binary -inform DER -in "$file" -content "${file%.p7s}" \
                        -CAfile "$roots" -purpose any -attime "$sealed_at" -out /dev/null >/dev/null 2>&1
                    then ok "$file: the seal is sound"
                    else fault "$file: the seal does not fit its document"; fi ;;
                *)
                    name=${file#documents/}
                    grep -q "\"evidenced\":true,\"mediaType\":\"[^\"]*\",\"name\":\"$name\"" bundle.json || continue
                    digest=$(openssl dgst -sha256 -r "$file" | cut -c 1-64)
                    if cat entries/*.json | grep -q "\"$digest\""; then ok "$file: an entry names its hash"
                    else fault "$file: no entry names its hash"; fi ;;
            esac
        done

        # 7. The keys that signed entries, where they have a certificate.
        for file in certificates/entry-*.pem; do
            [ -f "$file" ] || continue
            key=keys/${file#certificates/}
            openssl x509 -in "$file" -pubkey -noout 2>/dev/null | openssl pkey -pubin -outform DER >"$work/certified" 2>/dev/null
            openssl pkey -pubin -in "$key" -outform DER >"$work/key" 2>/dev/null
            if cmp -s "$work/certified" "$work/key" &&
                openssl verify -CAfile "$roots" -attime "$signed_at" "$file" >/dev/null 2>&1
            then ok "$key: certified"
            else fault "$key: its certificate is not sound or not trusted"; fi
        done

        if [ $faults -eq 0 ]; then echo 'VERDICT: SOUND'; exit 0; fi
        echo "VERDICT: NOT SOUND ($faults)"
        exit 1

        """#
}
