extension BundleScript {
    /// The checkpoints: the log key's signature, the timestamp over the whole file, and growth from each to the next.
    static let checkpoints = #"""
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

        # 4. Growth: each checkpoint extends the one before, nothing in between was rewritten (RFC 6962, 2.1.2).
        old=
        for new in $(ls log | sed -n 's/^\([1-9][0-9]*\)\.checkpoint$/\1/p' | sort -n); do
            newest=$new
            sed -n 3p "log/$new.checkpoint" | base64 -d >"$work/newroot" 2>/dev/null
            if [ -n "$old" ]; then
                proof=log/$old-$new.consistency
                : >"$work/path"
                [ -f "$proof" ] && cat "$proof" >"$work/path"
                broken=no
                first=$((old - 1)) last=$((new - 1))
                while [ $((first % 2)) -eq 1 ]; do first=$((first / 2)) last=$((last / 2)); done
                # A complete left part is known: its root is the old one. Anything else begins with the proof's first hash.
                if [ "$first" -eq 0 ]; then cp "$work/oldroot" "$work/before"
                else
                    sed -n 1p "$work/path" | base64 -d >"$work/before" 2>/dev/null
                    sed 1d "$work/path" >"$work/rest" && mv "$work/rest" "$work/path"
                fi
                cp "$work/before" "$work/after"
                while read -r line; do
                    [ "$last" -gt 0 ] || broken=yes
                    printf %s "$line" | base64 -d >"$work/sibling" 2>/dev/null
                    [ "$(wc -c <"$work/sibling")" -eq 32 ] || broken=yes
                    if [ $((first % 2)) -eq 1 ] || [ "$first" -eq "$last" ]; then
                        node "$work/sibling" "$work/before" "$work/before"
                        node "$work/sibling" "$work/after" "$work/after"
                        while [ $((first % 2)) -eq 0 ] && [ "$first" -gt 0 ]; do
                            first=$((first / 2)) last=$((last / 2))
                        done
                    else node "$work/after" "$work/sibling" "$work/after"; fi
                    first=$((first / 2)) last=$((last / 2))
                done <"$work/path"
                if [ $broken = no ] && [ "$last" -eq 0 ] && cmp -s "$work/before" "$work/oldroot" &&
                    cmp -s "$work/after" "$work/newroot"
                then ok "growth: from $old to $new entries the log only grew"
                else fault "growth: the log at $new does not extend the log at $old"; fi
            fi
            old=$new
            mv "$work/newroot" "$work/oldroot"
        done

        """#
}
