/// The shell check that travels in every bundle.
///
/// It uses nothing of ours: openssl and the usual tools. It follows the same steps as the verifier and must reach the
/// same verdict; tests flip bytes and reseal edited bundles, and compare the two. What it leaves to the verifier it says
/// itself before its verdict.
public enum BundleScript {
    /// The script, as every bundle carries it; for readers who do not trust whoever made the bundle.
    public static let text = opening + checkpoints + entries + statements

    /// Trust, the signed list of files, and the signature over it.
    private static let opening = #"""
        #!/bin/sh
        # Checks this proof bundle with openssl and the usual tools only (POSIX, base64, mktemp, date -d).
        #   sh verify.sh [roots.pem [directory]]
        # roots.pem: certificates you trust. Without it the bundle's own are used; they prove nothing about who made it.
        # directory: the unpacked bundle; without it, where this script lies. A bundle's own script comes from whoever made
        # the bundle: who does not trust them runs a copy from elsewhere (songda-verify --script prints one).
        # Prints one line a check; the last line is the verdict. Exit status: 0 SOUND, 1 NOT SOUND, 2 it could not be
        # checked, 3 ISSUER NOT ESTABLISHED: it agrees with itself, and no root of yours was given.
        LC_ALL=C
        export LC_ALL
        case "${1:-}" in
            '') roots= ;;
            /*) roots=$1 ;;
            *) roots=$PWD/$1 ;;
        esac
        cd "${2:-$(dirname "$0")}" || exit 2
        manifest=META-INF/ASiCManifest001.xml
        # Of a bundle from which somebody took one of the two, the other is left: that is a fault, and no slip.
        if [ ! -e bundle.json ] && [ ! -e "$manifest" ]; then
            echo "VERDICT: none; $PWD holds no unpacked bundle, unzip the .asice and name that directory" \
                "(此目录中没有已解压的证据包，请先解压 .asice 文件，并指明解压后的目录)"
            exit 2
        fi
        faults=0
        # The roots given and no others: openssl adds the machine's own unless told not to.
        only='-no-CApath -no-CAstore'
        ok() { printf 'ok     %s\n' "$*"; }
        fault() { printf 'FAULT  %s\n' "$*"; faults=$((faults + 1)); }
        note() { printf 'note   %s\n' "$*"; }
        for tool in openssl base64 mktemp awk comm; do
            command -v "$tool" >/dev/null 2>&1 || { echo "VERDICT: none; $tool is missing, install it"; exit 2; }
        done
        work=$(mktemp -d) || { echo 'VERDICT: none; no temporary directory can be made, set TMPDIR'; exit 2; }
        trap 'rm -rf "$work"' EXIT
        b64hash() { openssl dgst -sha256 -binary "$1" | base64; }
        # A Merkle node over two hashes (RFC 6962): left, right, where to put it.
        node() { { printf '\001'; cat "$1" "$2"; } | openssl dgst -sha256 -binary >"$work/node" && mv "$work/node" "$3"; }
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

        # file, content: why a signature was refused: for what it is over, or for whose it is (which -cades would check too).
        why() {
            if openssl cms -verify -binary -inform DER -in "$1" -content "$2" -noverify -out /dev/null \
                >/dev/null 2>&1
            then echo 'it fits, but its certificate leads to none of the roots, or was not valid at that time'
            else echo 'it does not fit, or cannot be read'; fi
        }

        # certificate: the credit code of the entity it names (organizationIdentifier, NTRCN-...), or nothing.
        code_of() {
            openssl x509 -in "$1" -noout -subject -nameopt oid,sep_multiline,esc_ctrl 2>/dev/null |
                sed -n 's/^ *2\.5\.4\.97=//p' | head -n 1 | sed -n 's/^NTRCN-//p'
        }

        signature=META-INF/signature001.p7s
        established=yes
        if [ -n "$roots" ] && ! openssl x509 -in "$roots" -noout >/dev/null 2>&1; then
            echo "VERDICT: none; no certificate can be read from $roots"
            exit 2
        fi
        if [ -z "$roots" ]; then
            established=no
            roots=$PWD/certificates/roots.pem
            note 'trust: no roots given, those of the bundle are used; compare them with a source of your own'
        fi
        [ -s "$roots" ] || fault "trust: no certificate in $roots"

        # 1. The manifest lists every file with its SHA-256.
        if [ -f "$manifest" ]; then
            sed -n 's|^<asic:DataObjectReference URI="\([^"]*\)".*<ds:DigestValue>\([^<]*\)</ds:DigestValue>.*|\2 \1|p' \
                "$manifest" >"$work/listed"
            [ "$(wc -l <"$manifest")" -eq $(($(wc -l <"$work/listed") + 4)) ] ||
                fault 'manifest: it has lines of another form'
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
        # file, otherwise: checks the timestamp in a signature; at becomes its time in seconds, or what is given otherwise.
        signed_when() {
            at=$2
            openssl asn1parse -inform DER -in "$1" >"$work/asn1" 2>/dev/null
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
                        where = place(value); print where + h, l
                        where = place(token); print where, h + l
                    }
                }' "$work/asn1" >"$work/places"
            if [ ! -s "$work/places" ]; then note "$1: it carries no timestamp"; return; fi
            { read -r start length; tail -c +$((start + 1)) "$1" | head -c "$length" >"$work/value"
              read -r start length; tail -c +$((start + 1)) "$1" | head -c "$length" >"$work/token"; } <"$work/places"
            if token_ok "$work/token" "$work/value"; then
                at=$(token_time "$work/token")
                ok "$1: signature timestamp: $(date -u -d "@$at" +%Y-%m-%dT%H:%M:%SZ)"
            else fault "$1: its signature timestamp is not sound or not trusted"; fi
        }
        signed_when "$signature" "$(date +%s)"
        # What the manifest lists existed when its signature was timestamped.
        sealed_by=$at
        if openssl cms -verify -cades -binary -inform DER -in "$signature" -content "$manifest" -CAfile "$roots" $only \
            -purpose any -attime "$at" -signer "$work/signer" -out /dev/null >/dev/null 2>&1; then
            ok 'signature: sound'
            code_of "$work/signer" >"$work/signed_by"
        else fault "signature: $(why "$signature" "$manifest")"; fi
        # Whose signature it must be, the entries say: step 6.

        """#
}
