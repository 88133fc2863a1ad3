extension BundleScript {
    /// What the bundle states about itself, the documents, the keys, and the verdict.
    static let statements = #"""
        # 7. Nothing was left out: the signed statement names the same leaves.
        origin=$(sed -n "s/.*,\"origin\":\($s\).*/\1/p" bundle.json)
        about=$(sed -n "s/.*,\"notice\":\($s\).*/\1/p" bundle.json)
        thing=$(sed -n "s/.*,\"subject\":\($s\).*/\1/p" bundle.json)
        printf '{"checkpoint":%s,"entries":%s,"leaves":[%s],%s"origin":%s,%s"v":1}' "$newest" "$count" "$leaves" \
            "$(with notice "$about")" "$origin" "$(with subject "$thing")" >"$work/stated"
        if cmp -s "$work/stated" completeness.json &&
            [ "$origin" = "\"$(sed -n 1p "log/$newest.checkpoint" | sed 's/[\\"]/\\&/g')\"" ]
        then ok "completeness: $count entries, as stated"
        else fault 'completeness: the entries are not those of the statement'; fi

        if [ -n "$about" ] && [ $erased = no ] && ! ls entries/*-DocumentSealed.json >/dev/null 2>&1; then
            note 'sealed: no entry of its seal: when this bundle was made the notice was not sealed and not sent'
        fi

        # 8. The time line says what the entries say.
        if cmp -s "$work/timeline" timeline.json; then ok 'timeline: it follows from the entries'
        else fault 'timeline: timeline.json says something else than the entries'; fi

        # 9. The documents: an entry names the hash of what was served, and each seal is over these bytes.
        for name in $(tr '{' '\n' <bundle.json | sed -n 's/.*"name":"\([^"]*\)".*/\1/p'); do
            [ -f "documents/$name" ] || fault "documents/$name: it is listed, and missing"
        done
        for file in documents/*; do
            [ -f "$file" ] || continue
            case "$file" in
                *.p7s)
                    signed_when "$file" "$sealed_by"
                    if openssl cms -verify -cades -binary -inform DER -in "$file" -content "${file%.p7s}" \
                        -CAfile "$roots" $only -purpose any -attime "$at" -signer "$work/signer" \
                        -out /dev/null >/dev/null 2>&1
                    then
                        ok "$file: the seal is sound"
                        issued_by "$file" "$(code_of "$work/signer")"
                    else fault "$file: the seal was refused: $(why "$file" "${file%.p7s}")"; fi ;;
                *)
                    name=${file#documents/}
                    grep -q "\"evidenced\":true,\"mediaType\":\"[^\"]*\",\"name\":\"$name\"" bundle.json || continue
                    digest=$(openssl dgst -sha256 -r "$file" | cut -c 1-64)
                    if cat entries/*.json | grep -q "\"$digest\""; then ok "$file: an entry names its hash"
                    elif [ $erased = yes ]; then note "$file: no entry that can still be read names its hash"
                    else fault "$file: no entry names its hash"; fi ;;
            esac
        done

        # 10. The keys that signed entries, where they have a certificate, at the time of their first entry here.
        for file in "$work"/keys/*; do
            [ -f "$file" ] || continue
            id=${file##*/}
            certificate=certificates/entry-$id.pem key=keys/entry-$id.pem
            [ -f "$certificate" ] || { ok "$key: vouched for by the seal"; continue; }
            used=$(date -u -d "$(cat "$file")" +%s 2>/dev/null || echo 0)
            openssl x509 -in "$certificate" -pubkey -noout 2>/dev/null |
                openssl pkey -pubin -outform DER >"$work/certified" 2>/dev/null
            openssl pkey -pubin -in "$key" -outform DER >"$work/key" 2>/dev/null
            if cmp -s "$work/certified" "$work/key" &&
                openssl verify -CAfile "$roots" $only -attime "$used" "$certificate" >/dev/null 2>&1
            then ok "$key: certified"
            else fault "$key: its certificate is not sound or not trusted"; fi
        done

        note 'left to songda-verify: the packaging of the .asice file itself, the exact form of every JSON file (RFC 8785),'
        note 'whether clocks contradict timestamps, and whether a timestamp authority is independent of the issuing entity'
        # A notice issued in a rehearsal is one for good; so is whatever has no entry from outside a rehearsal.
        of=
        if [ "$rehearsed" -gt 0 ]; then
            if [ "$rehearsal" = yes ] || [ "$rehearsed" -eq "$count" ]; then of=' (REHEARSAL, NO LEGAL EFFECT 演练，无法律效力)'
            else of=" ($rehearsed of $count entries are of a REHEARSAL 含演练记录)"; fi
            note "rehearsal: $rehearsed of $count entries were recorded in a rehearsal, which served nobody"
        fi
        if [ $faults -gt 0 ]; then echo "VERDICT: NOT SOUND ($faults)"; exit 1; fi
        if [ $established = no ]; then
            echo "VERDICT: ISSUER NOT ESTABLISHED (it agrees with itself; check it with roots you trust)$of"
            exit 3
        fi
        echo "VERDICT: SOUND$of"

        """#
}
