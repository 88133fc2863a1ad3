extension BundleScript {
    /// The entries of the notice and those they rest on, each with signature and path; the time line is told again.
    static let entries = #"""
        # 5. Entries: the body's signature, and the path from its hash to a checkpoint's root (RFC 6962).
        # Bodies are canonical JSON (RFC 8785) on one line: what stands before "facts" and behind it has one order.
        s='"[^"\]*\(\\.[^"\]*\)*"'
        head_of() {
            sed -n "s/^\({\(\"attempt\":[0-9]*,\)\{0,1\}\(\"delivery\":$s,\)\{0,1\}\(\"etsi\":$s,\)\{0,1\}\"event\":$s,\)\"facts\":{.*/\1/p" "$1"
        }
        tail_of() {
            sed -n "s/.*\(,\"happenedAt\":$s,\"happenedClock\":$s,\"id\":$s,\"key\":$s,\"learntAt\":$s\(,\"notice\":$s\)\{0,1\}\(,\"recipient\":$s\)\{0,1\}\(,\"rehearsal\":true\)\{0,1\},\"salt\":$s,\"v\":1}\)\$/\1/p" "$1"
        }
        # file, member: a text member with its quotes, or nothing.
        member() { sed -n "s/^.*[{,]\"$2\":\($s\).*\$/\1/p" "$1"; }
        # number: the name of a member in front, if there is a value.
        with() { if [ -n "$2" ]; then printf '"%s":%s,' "$1" "$2"; fi; }
        # What the bundle is about: one notice, or a thing that entries name among "about".
        notice=$(sed -n "s/.*,\"notice\":\($s\).*/\1/p" completeness.json)
        subject=$(sed -n "s/.*,\"subject\":\($s\).*/\1/p" completeness.json)
        # stem: whether the entry is about it.
        is_about() {
            if [ -z "$subject" ]; then [ "$(member "$work/tail" notice)" = "$notice" ]; return; fi
            named=$(sed -n 's/.*"facts":{"about":\[\([^]]*\)\].*/\1/p' "$1.json")
            case ",$named," in *",$subject,"*) return 0 ;; *) return 1 ;; esac
        }
        mkdir "$work/keys"
        erased=no

        # stem: signature and path of one entry; leaves leaf, event, and its head and tail in the work folder.
        check_entry() {
            stem=$1
            proof=$stem.tlog-proof
            event=
            if [ -f "$stem.json" ]; then
                head_of "$stem.json" >"$work/head"
                tail_of "$stem.json" >"$work/tail"
                [ -s "$work/head" ] && [ -s "$work/tail" ] || fault "$stem: it is no entry of version 1"
                event=$(member "$work/head" event)
                [ "\"${stem##*-}\"" = "$event" ] || fault "$stem: it is about another event than its name says"
                key=$(member "$work/tail" key | tr -cd 0-9a-f)
                if openssl dgst -sha256 -verify "keys/entry-$key.pem" -signature "$stem.sig" "$stem.json" >/dev/null 2>&1
                then [ -f "$work/keys/$key" ] || member "$work/tail" learntAt | tr -d '"' >"$work/keys/$key"
                else fault "$stem: the signature does not fit"; fi
                openssl dgst -sha256 -binary "$stem.json" >"$work/commitment"
            else
                erased=yes
                base64 -d "$stem.commitment" >"$work/commitment" 2>/dev/null
            fi
            sed '1,/^$/d' "$proof" >"$work/checkpoint"
            size=$(sed -n 2p "$work/checkpoint")
            cmp -s "$work/checkpoint" "log/$size.checkpoint" || fault "$stem: its checkpoint is not in the bundle"
            leaf=$(sed -n 's/^index \([0-9][0-9]*\)$/\1/p' "$proof" | head -n 1)
            case "$leaf$size" in
                *[!0-9]* | '') fault "$stem: the proof cannot be read"; leaf=0; return ;;
            esac
            { printf '\000'; cat "$work/commitment"; } | openssl dgst -sha256 -binary >"$work/hash"
            first=$leaf last=$((size - 1))
            [ "$first" -le "$last" ] || fault "$stem: leaf $leaf is outside the log"
            broken=no
            for line in $(sed -n '1d;2d;/^$/q;p' "$proof"); do
                [ "$last" -gt 0 ] || broken=yes
                printf %s "$line" | base64 -d >"$work/sibling" 2>/dev/null
                if [ $((first % 2)) -eq 1 ] || [ "$first" -eq "$last" ]; then
                    node "$work/sibling" "$work/hash" "$work/hash"
                    while [ $((first % 2)) -eq 0 ] && [ "$first" -gt 0 ]; do
                        first=$((first / 2)) last=$((last / 2))
                    done
                else node "$work/hash" "$work/sibling" "$work/hash"; fi
                first=$((first / 2)) last=$((last / 2))
            done
            if [ $broken = no ] && [ "$last" -eq 0 ] &&
                [ "$(base64 <"$work/hash")" = "$(sed -n 3p "$work/checkpoint")" ]
            then ok "$stem: leaf $leaf of the log at $size"
            else fault "$stem: the path does not lead to the log's root"; fi
        }

        count=0 leaves= previous=-1 rehearsed=0 rehearsal=
        printf '[' >"$work/timeline"
        : >"$work/rests"
        : >"$work/issuers"
        for proof in entries/*.tlog-proof; do
            [ -f "$proof" ] || { fault 'entries: there are none'; continue; }
            check_entry "${proof%.tlog-proof}"
            count=$((count + 1))
            [ "$leaf" -gt "$previous" ] || fault "$stem: leaf $leaf does not come after leaf $previous"
            previous=$leaf
            leaves=$leaves${leaves:+,}$leaf
            [ $count -eq 1 ] || printf ',' >>"$work/timeline"
            if [ -z "$event" ]; then printf '{"erased":true,"leaf":%s}' "$leaf" >>"$work/timeline"; continue; fi
            is_about "$stem" || fault "$stem: it is about something else"
            # Recorded in a rehearsal: said behind the facts, where no text of a fact can stand.
            if grep -q ',"rehearsal":true,"salt":' "$work/tail"; then
                rehearsed=$((rehearsed + 1))
                [ "$event" != '"NoticeIssued"' ] || rehearsal=yes
            fi
            recipient=$(member "$work/tail" recipient)
            if [ "$event" = '"NoticeIssued"' ]; then
                # Every mention, so that no other can be put before the true one.
                grep -o '[{,]"creditCode":"[^"]*"' "$stem.json" | sed 's/.*:"\(.*\)"/\1/' >>"$work/issuers"
            fi
            {
                printf '{'
                with attempt "$(sed -n 's/^{"attempt":\([0-9]*\),.*/\1/p' "$work/head")"
                with delivery "$(member "$work/head" delivery)"
                printf '"entry":%s,"event":%s,"happenedAt":%s,"happenedClock":%s,"leaf":%s,"learntAt":%s%s}' \
                    "$(member "$work/tail" id)" "$event" "$(member "$work/tail" happenedAt)" \
                    "$(member "$work/tail" happenedClock)" "$leaf" "$(member "$work/tail" learntAt)" \
                    "${recipient:+,\"recipient\":$recipient}"
            } >>"$work/timeline"
            # What it rests on (the issue of the key somebody signed in with) must be here too.
            rest=$(sed -n 's/.*[{,]"restsOnEntry":"\([^"]*\)".*/\1/p' "$stem.json")
            [ -z "$rest" ] || printf '%s %s %s %s\n' "$rest" "$leaf" "$stem" "$recipient" >>"$work/rests"
        done
        printf ']' >>"$work/timeline"

        # 6. What they rest on: logged before them, and about the same person.
        : >"$work/related"
        for proof in related/*.tlog-proof; do
            [ -f "$proof" ] || continue
            check_entry "${proof%.tlog-proof}"
            [ -z "$event" ] || printf '%s %s %s\n' "$(member "$work/tail" id | tr -d '"')" "$leaf" \
                "$(member "$work/tail" recipient)" >>"$work/related"
        done
        while read -r rest at stem recipient; do
            found=no
            while read -r id leaf whom; do
                if [ "$id" = "$rest" ] && [ "$leaf" -lt "$at" ] && [ "$whom" = "$recipient" ]; then found=yes; fi
            done <"$work/related"
            if [ $found = yes ]; then ok "$stem: the entry it rests on is here"
            else fault "$stem: the entry $rest it rests on is not here, or is about somebody else"; fi
        done <"$work/rests"

        # The signer is the entity in whose name the notice was issued; a dossier may be signed by any entity.
        issuer=$(sort -u "$work/issuers")
        # what, certificate's code: whether it is the issuing entity's.
        issued_by() {
            if [ -n "$subject" ]; then
                if [ -n "$2" ]; then ok "$1: signed by the entity $2"; else fault "$1: its signer names no entity"; fi
            elif [ -z "$issuer" ]; then return
            elif [ "$2" = "$issuer" ]; then ok "$1: signed by the issuing entity $issuer"
            else fault "$1: its signer (${2:-no credit code}) is not the issuing entity ($issuer)"; fi
        }
        if [ -z "$subject" ] && [ "$(sort -u "$work/issuers" | wc -l)" -ne 1 ]; then
            issuer=
            fault 'entries: no NoticeIssued, or more than one, says which entity issued the notice'
        elif [ -f "$work/signed_by" ]; then issued_by "$signature" "$(cat "$work/signed_by")"; fi

        """#
}
