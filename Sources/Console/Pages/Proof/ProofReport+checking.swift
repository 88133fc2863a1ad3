import Evidence
import Notices

/// Who signed, when the log was in which state, and how anybody checks it.
extension ProofReport {
    var signers: String {
        var lines: [String] = []
        if let sealed = material.sealed {
            if let certificate = try? Certificate(pem: sealed.certificatePEM) {
                lines.append("\(plain(word("report_sealer"))) " + describe(certificate))
            } else {
                lines.append(plain(word("report_unreadable", ["what": word("report_sealer")])))
            }
        }
        for certificate in material.entryCertificates {
            lines.append("\(plain(word("report_entrySigner"))) " + describe(certificate))
        }
        if lines.isEmpty { lines.append(plain(word("report_noSigners"))) }
        return "## \(word("report_signers"))\n\n" + Self.list(lines)
    }

    private func describe(_ certificate: Certificate) -> String {
        let span = "\(certificate.notBefore.shownInChina) – \(certificate.notAfter.shownInChina)"
        let facts = [
            certificate.subjectName, "\(word("report_issuedBy")) \(certificate.issuerName)",
            "\(word("report_serial")) \(certificate.serialHex)", "\(word("report_valid")) \(span)", "SHA-256",
        ]
        return plain(facts.joined(separator: word("report_semicolon"))) + " `\(certificate.fingerprint.hex)`"
    }

    var checkpoints: String {
        var lines: [String] = []
        for checkpoint in material.checkpoints {
            let covered = material.excerpt.entries.count { $0.proof.checkpoint == checkpoint.note }
            let head = word(
                "report_checkpoint",
                [
                    "size": "\(checkpoint.size)", "at": phrases.time(checkpoint.signedAt), "n": "\(covered)",
                    "origin": material.excerpt.origin,
                ])
            lines.append(
                "\(plain(head)) `\(checkpoint.root.hex)`\(plain(word("report_semicolon") + token(of: checkpoint)))")
        }
        return "## \(word("report_log"))\n\n\(plain(word("report_logHint")))\n\n" + Self.list(lines)
    }

    private func token(of checkpoint: StoredCheckpoint) -> String {
        guard let der = checkpoint.token else { return word("report_noToken") }
        guard let token = try? TimestampToken(der: der) else {
            return word("report_unreadable", ["what": word("report_token")])
        }
        let independence = token.isFromEmbeddedAuthority ? "report_ownAuthority" : "report_otherAuthority"
        return [
            "\(word("report_token")) \(phrases.time(token.genTime))", token.authority,
            "\(word("report_serial")) \(token.serialHex)", word(independence),
        ].joined(separator: word("report_semicolon"))
    }

    /// The very commands, with the names that the bundle of this notice has.
    var commands: String {
        var lines = ["songda-verify \(bundle) --trust roots.pem"]
        var tools = ["mkdir bundle && cd bundle && unzip ../\(bundle)"]
        if let sealed = material.sealed {
            let file = sealed.mediaType == "application/pdf" ? "notice.pdf" : "notice-content.json"
            tools += [
                "sha256sum documents/\(file)",
                "# \(sealed.hash.hex)",
                "openssl cms -verify -cades -binary -inform DER -purpose any \\",
                "  -in documents/\(file).p7s -content documents/\(file) \\",
                "  -CAfile ../roots.pem -out /dev/null",
            ]
        }
        if let stamped = material.checkpoints.last(where: { $0.token != nil }) {
            tools += [
                "openssl ts -verify -token_in -in log/\(stamped.size).tst \\",
                "  -data log/\(stamped.size).checkpoint -CAfile ../roots.pem",
            ]
        }
        tools.append("songda-verify --script > ../verify.sh && sh ../verify.sh ../roots.pem .")
        lines += [""] + tools
        return """
            ## \(word("report_verify"))

            \(plain(word("report_verifyHint", ["bundle": bundle])))

            ```sh
            \(lines.joined(separator: "\n"))
            ```

            \(plain(word(checkPage == nil ? "report_codeHint" : "report_pageHint")))
            """
    }

    /// What the bundle is called when it is downloaded.
    private var bundle: String { RehearsalMark.fileName("\(notice.number).asice", isRehearsal: notice.isRehearsal) }
}
